"""What screens let a person do to a citizen as a person: another programme, a measurement, one card for two."""

from __future__ import annotations

from typing import Any, Final

from fieldtui.base.i18n import _
from fieldtui.domain.envelope import Stored
from fieldtui.domain.measures import Course, steps
from fieldtui.domain.records import Citizen
from fieldtui.services.people import Pair
from fieldtui.tui.acts import Acts
from fieldtui.tui.case_acts import model_entries
from fieldtui.tui.dialogs.ask import ChooseDialog
from fieldtui.tui.dialogs.entries import Entry, EntryForm, as_json, options_of
from fieldtui.tui.dialogs.reason import ReasonDialog
from fieldtui.tui.shell import Outcome

_FIELDS: Final = ("district", "moved_on", "others_involved")
_AREAS: Final = 3
"""Areas in one form; more are another measurement."""


class PeopleActs(Acts):
    """Mixed into screens that show a citizen's programme and progress."""

    def change_programme(self, citizen_id: str) -> None:
        """Another programme, with its reason; nobody is refused."""
        workspace, today = self.shell.workspace, self.shell.today

        def entries() -> tuple[Entry, ...]:
            return (
                Entry("programme", _("Indsats"), "pick", None, options_of(workspace.rules.codes("programme")), optional=False),
                Entry("since", _("Fra"), "date", today, optional=False, beside=True),
                Entry("reason", _("Begrundelse"), optional=False, hint=_("skrives i adgangsloggen, uden navne")),
            )  # fmt: skip

        def submit(values: dict[str, Any]) -> Outcome:
            return workspace.casework.set_programme(
                citizen_id, values["programme"], values["reason"], since=values["since"]
            )

        name = self.shell.names.show(citizen_id)
        form = EntryForm(
            lambda: _("Skift indsats · {name}").format(name=name),
            entries,
            submit,
            save=lambda: _("Skift indsats"),
            note=lambda: _("Passer borgeren ikke til målgruppen, bliver det sagt. Ingen afvises."),
        )
        self.shell.ask(form, self.shell.done)

    def measure(self, citizen_id: str, known: tuple[Course, ...], first: str | None = None) -> None:
        """Steps in up to three areas at once.

        Args:
            citizen_id: Who.
            known: The areas that were assessed before; the last ones stand in the form.
            first: The area to begin with.
        """
        workspace, today = self.shell.workspace, self.shell.today
        most = steps(workspace.rules, today)
        areas = [first] if first else []
        areas += [course.area for course in known if course.area != first and course.scores[-1] is not None]

        def entries() -> tuple[Entry, ...]:
            options = options_of(workspace.rules.codes("progression_area", today))
            made: list[Entry] = []
            for number in range(_AREAS):
                area = areas[number] if number < len(areas) else None
                made.append(Entry(f"area{number}", _("Område"), "pick", area, options, optional=number > 0))
                made.append(Entry(f"step{number}", _("Trin 1–{most}").format(most=most), "number", beside=True))
            views = (("staff", _("Medarbejder")), ("citizen", _("Borgeren selv")))
            made.append(Entry("by", _("Vurderet af"), "choice", "staff", views))
            made.append(Entry("on", _("Dag"), "date", today, optional=False, beside=True))
            made.append(Entry("text", _("Bygger på"), hint=_("kort")))
            return tuple(made)

        def submit(values: dict[str, Any]) -> Outcome:
            pairs = ((values[f"area{number}"], values[f"step{number}"]) for number in range(_AREAS))
            scores = {area: int(step) for area, step in pairs if area and step is not None}
            return workspace.casework.measure(
                citizen_id, scores, on=values["on"], assessed_by=values["by"], text=values["text"]
            )

        name = self.shell.names.show(citizen_id)
        form = EntryForm(
            lambda: _("Mål progression · {name}").format(name=name),
            entries,
            submit,
            save=lambda: _("Gem måling"),
            note=lambda: _("Trin 1 er længst fra job. Områder uden trin gemmes ikke."),
        )
        self.shell.ask(form, self.shell.done)

    def edit_people(self, stored: Stored[Citizen]) -> None:
        """Where the citizen lives and who else is on the case."""
        workspace, today = self.shell.workspace, self.shell.today
        before = {name: getattr(stored.record, name) for name in _FIELDS}
        name = self.shell.names.show(stored.id)
        form = EntryForm(
            lambda: _("Bopæl og samarbejde · {name}").format(name=name),
            lambda: model_entries(workspace, Citizen, _FIELDS, before, today),
            lambda values: workspace.casework.update(stored.id, as_json(values)),
        )
        self.shell.ask(form, self.shell.done)

    def new_number(self, citizen_id: str) -> None:
        """Another CPR number; the one before is kept, and a search for it still finds the citizen."""
        casework = self.shell.workspace.casework
        name = self.shell.names.show(citizen_id)
        form = EntryForm(
            lambda: _("CPR-nummer · {name}").format(name=name),
            lambda: (Entry("cpr", _("Nyt CPR-nummer"), optional=False, hint=_("ti cifre; også et erstatningsnummer")),),
            lambda values: casework.update(citizen_id, {"cpr": values["cpr"]}),
            note=lambda: _("Det gamle nummer beholdes skjult, så en søgning på det stadig finder borgeren."),
        )
        self.shell.ask(form, self.shell.done)

    def review_eligibility(self, citizen_id: str) -> None:
        """After a move: the target group was looked at again; the citizen stays."""
        casework = self.shell.workspace.casework
        dialog = ReasonDialog(
            _("Hvorfor fortsætter borgeren i indsatsen?"), _("Grunden skrives i adgangsloggen. Sagen fortsætter.")
        )
        self.shell.ask(dialog, lambda why: self.change(lambda: casework.review_eligibility(citizen_id, why)))

    def action_course(self) -> None:
        """`i`: the citizen's programme, people and progress."""
        if (citizen_id := self.chosen_citizen_id()) is not None:
            self.shell.go("forloeb", citizen_id)
        else:
            self.shell.notice(_("Vælg en borger først."))

    # --- one and the same ---------------------------------------------------------------------

    def show_duplicates(self) -> None:
        """Citizens who may be one: pick a pair, then say which card stays, or that they are two."""
        casework = self.shell.workspace.casework

        def found(pairs: tuple[Pair, ...]) -> None:
            if not pairs:
                self.shell.notice(_("Ingen borgere her ser ud til at være den samme."))
                return
            names = self.shell.names
            choices = [
                (
                    f"{each.likeness.one} {each.likeness.other}",
                    " / ".join(names.show(key, name) for key, name in zip(_ids(each), each.names, strict=True)),
                    each.likeness.reason,
                )
                for each in pairs
            ]
            by_key = {key: each for (key, _name, _why), each in zip(choices, pairs, strict=True)}
            self.shell.ask(ChooseDialog(_("Måske den samme borger"), choices), lambda key: self._decide(by_key[key]))

        self.run_service(casework.citizen_duplicates, found, group="duplicates")

    def take_apart(self, cards: tuple[tuple[str, str], ...]) -> None:
        """One of the cards of the same person stands alone again, with everything that is on it."""
        casework, names = self.shell.workspace.casework, self.shell.names
        if not cards:
            self.shell.notice(_("Borgeren har kun ét kort."))
            return

        def chosen(card: str) -> None:
            question = ReasonDialog(
                _("Hvorfor er det to borgere?"), _("Grunden skrives i adgangsloggen. z tager det tilbage.")
            )
            self.shell.ask(question, lambda why: self.change(lambda: casework.unmerge_citizen(card, why)))

        choices = [(card, names.show(card, name), _("står for sig selv igen")) for card, name in cards]
        self.shell.ask(ChooseDialog(_("Hvilket kort skal stå for sig selv?"), choices), chosen)

    def _decide(self, pair: Pair) -> None:
        casework, names = self.shell.workspace.casework, self.shell.names
        one, other = _ids(pair)
        shown = dict(zip((one, other), pair.names, strict=True))
        choices = [
            (one, _("Behold {name}").format(name=names.show(one, shown[one])), _("det første kort står for begge")),
            (
                other,
                _("Behold {name}").format(name=names.show(other, shown[other])),
                _("det andet kort står for begge"),
            ),
            ("apart", _("Det er to borgere"), _("spørg ikke igen")),
        ]

        def chosen(key: str) -> None:
            if key == "apart":
                self.change(lambda: casework.not_same_citizen(one, other))
                return
            gone = other if key == one else one
            question = ReasonDialog(
                _("Hvorfor er det den samme borger?"), _("Grunden skrives i adgangsloggen. z tager det tilbage.")
            )
            self.shell.ask(question, lambda why: self.change(lambda: casework.merge_citizens(key, gone, why)))

        self.shell.ask(ChooseDialog(_("Er det den samme borger?"), choices), chosen)


def _ids(pair: Pair) -> tuple[str, str]:
    return pair.likeness.one, pair.likeness.other
