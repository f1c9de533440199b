"""The answer sheet: what the plan says that a reader of the files must find."""
