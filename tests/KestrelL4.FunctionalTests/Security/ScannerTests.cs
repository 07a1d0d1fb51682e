using System.Text.RegularExpressions;

namespace KestrelL4.FunctionalTests.Security;

/// <summary>What a scanner finds at an application's port: TLS 1.3 and nothing older, no weak suite, no renegotiation.</summary>
public sealed partial class ScannerTests(EchoFixture fixture) : IClassFixture<EchoFixture>
{
    [RequiresToolFact("sslscan")]
    public async Task Sslscan_ApplicationPort_FindsTls13Alone()
    {
        ToolResult scan = await Tool.RunAsync("sslscan", ["--no-colour", "--no-cipher-details", fixture.Node.EndPoint().ToString()]);

        Assert.True(scan.ExitCode == 0, scan.ToString());
        Assert.Equal(
            ["SSLv2 disabled", "SSLv3 disabled", "TLSv1.0 disabled", "TLSv1.1 disabled", "TLSv1.2 disabled", "TLSv1.3 enabled"],
            Protocol().Matches(scan.Output).Select(static match => Spaces().Replace(match.Value, " ")));
        string[] suites = [.. Suite().Matches(scan.Output).Select(static match => match.Groups["suite"].Value)];
        Assert.NotEmpty(suites);
        Assert.All(suites, static suite => Assert.StartsWith("TLS_", suite, StringComparison.Ordinal));
        Assert.DoesNotContain("Session renegotiation supported", scan.Output, StringComparison.OrdinalIgnoreCase);
    }

    [GeneratedRegex(@"^(SSLv\d|TLSv1\.\d)\s+(enabled|disabled)", RegexOptions.Multiline)]
    private static partial Regex Protocol();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"^(Preferred|Accepted)\s+TLSv1\.3\s+\d+ bits\s+(?<suite>\S+)", RegexOptions.Multiline)]
    private static partial Regex Suite();
}
