namespace KestrelL4.Cli.Demo;

/// <summary>The configuration file of the demo's node, which the user can look at while the node is up.</summary>
internal static class DemoConfiguration
{
    /// <summary>The file's text.</summary>
    /// <param name="authority">Where the authority is.</param>
    /// <param name="pin">The pin of its root.</param>
    /// <param name="upstreams">Where the application's connections go.</param>
    public static string Text(string authority, string pin, IEnumerable<EchoUpstream> upstreams) =>
        $$"""
        {
          "KestrelL4": {
            "Authority": {
              "Urls": [ "{{authority}}" ],
              "CaPin": "{{pin}}",
              "JoinTokenFile": "join-token"
            },
            "ClientAuthorities": { "{{DemoNames.ClientAuthority}}": { "Certificate": "pki/ca.crt", "RevocationList": "pki/ca.crl" } },
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
            "Admin": { "Listen": "127.0.0.1:0" },
            "Drain": { "Timeout": "5s" }
          },
          "Logging": { "LogLevel": { "Default": "Warning" } }
        }

        """;
}
