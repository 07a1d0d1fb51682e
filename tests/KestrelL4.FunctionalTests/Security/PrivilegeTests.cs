namespace KestrelL4.FunctionalTests.Security;

/// <summary>A node never needs root.</summary>
public sealed class PrivilegeTests
{
    [RequiresToolFact("setpriv")]
    public async Task Run_AsNobodyWithoutCapabilities_ServesReloadsAndDrains()
    {
        await using EchoServer upstream = new();
        NodeSetup setup = new NodeSetup().Application("echo", upstream.EndPoint);
        TestCertificate alice = setup.Client("alice", "echo");
        await using TestNode node = await setup.StartAsync(new NodeLaunch { IsNobody = Environment.IsPrivilegedProcess });
        Dictionary<string, string> status = (await File.ReadAllLinesAsync($"/proc/{node.Process.Id}/status"))
            .Select(static line => line.Split(':', 2)).ToDictionary(static words => words[0], static words => words[1].Trim());

        Assert.DoesNotContain("0", status["Uid"].Split('\t'));
        Assert.Equal(0, Convert.ToInt64(status["CapEff"], 16));
        await using TlsClient client = await node.HoldAsync(alice);
        MetricWatch applied = await node.WatchAsync("kestrell4_configuration_reloads_total", ("result", "applied"));
        setup.Set("Applications:echo:Timeouts:Handshake", "21s").Write();
        File.SetUnixFileMode(setup.ConfigurationFile, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        await applied.RoseByAsync(1);
        Assert.Equal([9], await client.EchoAsync([9]));
        await client.CompleteSendingAsync();
        node.Process.Terminate();
        Assert.Equal(0, await node.Process.WaitForExitAsync());
    }
}
