using System.Net;

namespace KestrelL4.FunctionalTests;

/// <summary>Where the configuration may come from beside its files, and what must never come out of it again.</summary>
public sealed class SourcesTests
{
    private const int Invalid = 1;

    [Fact]
    public async Task Run_ListInTheEnvironmentAndPathInASecret_Serves()
    {
        await using EchoServer upstream = new();
        NodeSetup setup = new NodeSetup().Application("echo", upstream.EndPoint).Set("Identity:Key", null);
        TestCertificate alice = setup.Authority.Issue(new TestSubject("alice"));
        NodeLaunch launch = new()
        {
            SecretsDirectory = Secret(setup, "KestrelL4__Identity__Key", "../server.key\n"),
            Environment = new Dictionary<string, string>
            {
                ["KestrelL4__Clients__alice__SerialNumbers__0"] = alice.SerialNumber,
                ["KestrelL4__Clients__alice__Applications__0"] = "echo",
            },
        };

        await using TestNode node = await setup.StartAsync(launch);
        await using TlsClient client = await node.ConnectAsync(alice);

        Assert.Equal("hello"u8.ToArray(), await client.EchoAsync("hello"u8.ToArray()));
    }

    [Theory]
    [InlineData("run")]
    [InlineData("check")]
    public async Task Verb_PipeAsKey_EndsInTime(string verb)
    {
        NodeSetup setup = Setup();
        using TemporaryDirectory home = setup.Directory;
        Assert.Equal(0, (await Tool.RunAsync("mkfifo", ["-m", "600", home["pipe.key"]])).ExitCode);

        ToolResult result = await RunAsync(setup, verb, "--set", $"KestrelL4:Identity:Key={home["pipe.key"]}");

        Assert.True(result.ExitCode == Invalid, result.ToString());
        Assert.Contains("is no regular file", result.Output + result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("check")]
    public async Task Verb_KeyItselfInPlaceOfItsPath_DoesNotPrintIt(string verb)
    {
        NodeSetup setup = Setup();
        using TemporaryDirectory home = setup.Directory;
        string key = await File.ReadAllTextAsync(home["server.key"]);
        string secrets = Secret(setup, "KestrelL4__Identity__Key", key);

        foreach (string[] given in (string[][])[["--secrets-directory", secrets], ["--set", $"KestrelL4:Identity:Key={key}"]])
        {
            ToolResult result = await RunAsync(setup, [verb, .. given]);

            Assert.True(result.ExitCode == Invalid, result.ToString());
            Assert.Contains("holds a key or certificate, not a path", result.Output + result.Error, StringComparison.Ordinal);
            Assert.DoesNotContain(key.Split('\n')[1][..16], result.Output + result.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Check_BesideTheRunningNode_SkipsItsAddressesOnly()
    {
        await using EchoServer upstream = new();
        NodeSetup setup = new NodeSetup().Application("echo", upstream.EndPoint);
        await using TestNode node = await setup.StartAsync();

        ToolResult same = await NodeExecutable.RunAsync(setup.Directory.Path, "check", "--config", setup.ConfigurationFile);
        ToolResult other = await NodeExecutable.RunAsync(
            setup.Directory.Path, "check", "--config", setup.ConfigurationFile, "--set", $"KestrelL4:Applications:echo:Listen={upstream.EndPoint}");

        Assert.True(same.ExitCode == 0, same.ToString());
        Assert.True(other.ExitCode == 1, other.ToString());
        Assert.Contains($"{upstream.EndPoint} cannot be bound", other.Output + other.Error, StringComparison.Ordinal);
    }

    private static NodeSetup Setup() => new NodeSetup().Application("echo", new IPEndPoint(IPAddress.Loopback, 9));

    private static string Secret(NodeSetup setup, string name, string content)
    {
        string directory = Directory.CreateDirectory(setup.Directory["secrets"]).FullName;
        File.WriteAllText(Path.Combine(directory, name), content);
        return directory;
    }

    private static Task<ToolResult> RunAsync(NodeSetup setup, params string[] arguments)
    {
        setup.Write();
        return NodeExecutable.RunAsync(setup.Directory.Path, [.. arguments, "--config", setup.ConfigurationFile]);
    }
}
