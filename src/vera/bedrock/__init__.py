"""Everything that speaks Bedrock: the model that answers, the knowledge bases, the reranker.

Nothing is imported here, so that a turn pays only for what it uses. Each module is imported by its name: `clients`
builds what the others are given, `converse` holds `ConverseModel`, `retrieve` `RetrieveKnowledgeBase`, `rerank`
`BedrockReranker`. AWS's errors become Vera's in `faults` alone; `tests/contract/test_bedrock_errors.py` holds that
table to botocore's own list.
"""
