from fakes.bedrock_fixtures import agent_runtime, aws_session, bedrock, clients, runtime

__all__ = ["agent_runtime", "aws_session", "bedrock", "clients", "runtime"]
