"""What is planned before anything is written: people, deals, marketing, spend."""
