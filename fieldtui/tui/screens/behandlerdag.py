from fieldtui.tui.screens.idag import Today as TreatmentDay  # noqa
