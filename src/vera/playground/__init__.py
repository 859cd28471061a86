"""A Slack workspace and a Lambda on loopback, to run the real receiver and the real worker against.

`host.Playground` puts it all together. The package itself imports nothing: the functions' processes start from
`vera.playground.lambdas.runtime`, and their cold start must not pay for a web server.
"""
