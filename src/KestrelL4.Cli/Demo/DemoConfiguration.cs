namespace KestrelL4.Cli.Demo;

/// <summary>The configuration file of the demo's node, which the user can look at while the node is up.</summary>
internal static class DemoConfiguration
{
    /// <summary>How many connections alice may hold at the same time.</summary>
    public const int AliceConnections = 6;

    /// <summary>The file's text.</summary>
    /// <param name="upstreams">Where the application's connections go.</param>
    /// <param name="alice">The serial number of alice's certificate.</param>
    /// <param name="bob">The serial number of bob's certificate.</param>
    /// <param name="bobsApplications">What bob is granted.</param>
    public static string Text(IEnumerable<EchoUpstream> upstreams, string alice, string bob, params IEnumerable<string> bobsApplications) =>
        $$"""
        {
          "KestrelL4": {
            "Identity": { "Certificate": "pki/server.crt", "Key": "pki/server.key" },
            "ClientAuthorities": { "demo": { "Certificate": "pki/ca.crt", "RevocationList": "pki/ca.crl" } },
            "Applications": {
              "{{DemoNames.Application}}": {
                "Listen": "127.0.0.1:0",
                "Upstreams": {
                  {{string.Join(",\n          ", upstreams.Select(static upstream => $$"""
                  "{{upstream.Name}}": { "Address": "{{upstream.Address}}" }
                  """))}}
                }
              }
            },
            "Clients": {
              "{{DemoNames.Alice}}": {
                "SerialNumbers": [ "{{alice}}" ],
                "Applications": [ "{{DemoNames.Application}}" ],
                "RateLimits": { "{{DemoNames.Application}}": { "MaxConcurrentConnections": {{AliceConnections}} } }
              },
              "{{DemoNames.Bob}}": {
                "SerialNumbers": [ "{{bob}}" ],
                "Applications": [ {{string.Join(", ", bobsApplications.Select(static application => $"\"{application}\""))}} ]
              }
            },
            "Admin": { "Listen": "127.0.0.1:0" },
            "Drain": { "Timeout": "5s" }
          },
          "Logging": { "LogLevel": { "Default": "Warning" } }
        }

        """;
}
