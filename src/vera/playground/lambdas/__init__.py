"""A Lambda: functions in processes of their own. Imports nothing: their cold start goes through here."""
