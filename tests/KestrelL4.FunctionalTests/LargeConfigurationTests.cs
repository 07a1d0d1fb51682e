using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace KestrelL4.FunctionalTests;

/// <summary>A configuration of ten megabytes is served when it is valid, and refused in bounded words when it is not.</summary>
public sealed class LargeConfigurationTests
{
    private const int Clients = 70_000;

    [Fact]
    public async Task Run_ManyClients_ServesThem()
    {
        await using EchoServer upstream = new();
        NodeSetup setup = new NodeSetup().Application("echo", upstream.EndPoint);
        AddClients(setup, number => number.ToString("X8", CultureInfo.InvariantCulture));
        TestCertificate alice = setup.Client("alice", "echo");
        AssertLarge(setup);

        await using TestNode node = await setup.StartAsync(new NodeLaunch { Deadline = TimeSpan.FromMinutes(1) });

        await using TlsClient client = await node.HoldAsync(alice);
        Assert.Equal(Clients + 1, (int)(await node.StatusAsync())["registry"]!["clients"]!);
    }

    [Fact]
    public async Task Run_ManyErrors_TellsThemInBoundedWords()
    {
        NodeSetup setup = new NodeSetup().Application("echo", new IPEndPoint(IPAddress.Loopback, 9));
        using TemporaryDirectory directory = setup.Directory;
        AddClients(setup, number => $"no serial number {number}");
        AssertLarge(setup);
        long started = Stopwatch.GetTimestamp();

        ToolResult result = await setup.RunToExitAsync();

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("KestrelL4:Clients:", result.Error, StringComparison.Ordinal);
        Assert.InRange(result.Error.Length, 100, 100_000);
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 30);
    }

    private static void AddClients(NodeSetup setup, Func<int, string> serialNumber)
    {
        for (int number = 0; number < Clients; number++)
        {
            string name = $"a-client-with-a-rather-long-name-and-the-number-{number}";
            setup.Set($"Clients:{name}:SerialNumbers", new JsonArray(serialNumber(number)));
            setup.Set($"Clients:{name}:Applications", new JsonArray("echo"));
        }
    }

    private static void AssertLarge(NodeSetup setup)
    {
        setup.Write();
        Assert.True(new FileInfo(setup.ConfigurationFile).Length > 10_000_000, "the file has more than ten million bytes");
    }
}
