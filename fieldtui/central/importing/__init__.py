"""Taking a caseload extract as a municipality's system hands it over: what is odd is reported, nothing is guessed."""
