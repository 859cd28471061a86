"""A Slack: a workspace, its Web API over HTTP, its events signed and delivered."""
