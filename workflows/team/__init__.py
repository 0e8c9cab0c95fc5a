"""Who of a team has how much to do now, and who could take what."""
