using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace KestrelL4.FunctionalTests.Reload;

/// <summary>What cannot be put in force is refused as a whole and named, the former configuration goes on, and mending it is enough.</summary>
public sealed class ReloadRefusalTests(ReloadFixture fixture) : ReloadTestBase(fixture), IClassFixture<ReloadFixture>
{
    private readonly ReloadFixture _fixture = fixture;

    private string File => _fixture.Setup.ConfigurationFile;

    [Fact]
    public Task File_HalfWritten_IsRefused() => RefusedThenMendedAsync(
        () => System.IO.File.WriteAllText(File, _fixture.Setup.ToString()[..200]), "node.json");

    [Fact]
    public Task File_Vanished_IsRefused() => RefusedThenMendedAsync(() => System.IO.File.Delete(File), "node.json");

    [Fact]
    public async Task File_DirectoryInItsPlace_IsRefused()
    {
        await RefusedThenMendedAsync(
            () =>
            {
                System.IO.File.Delete(File);
                Directory.CreateDirectory(File);
            },
            "node.json",
            () => Directory.Delete(File));
    }

    [Fact]
    public Task Key_Unknown_IsRefusedWithTheNearest() => RefusedThenMendedAsync("Drain:Timout", "3s", "Timeout");

    [Fact]
    public Task StateDirectory_Changed_IsRefused() => RefusedThenMendedAsync(
        "StateDirectory", _fixture.Setup.Directory["elsewhere"], "KestrelL4:StateDirectory", _fixture.Setup.Directory["state"]);

    [Fact]
    public async Task Everything_WrongAtOnce_IsNamedTogether()
    {
        int printed = Node.Process.Lines.Count;
        await RefusedThenMendedAsync(
            setup => setup.Set("Drain:Timout", "3s").Set("Applications:echo:Timeouts:Idle", "24:00:00"),
            "Drain:Timout",
            static setup => setup.Set("Drain:Timout", null).Set("Applications:echo:Timeouts", null));
        Assert.Contains(
            Node.Process.Lines.Skip(printed), static line => line.Contains("KestrelL4:Applications:echo:Timeouts:Idle", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Address_TakenByAStranger_ChangesNothing()
    {
        using ManualServer stranger = new();
        IPEndPoint free = FreePort.Take();
        string former = Node.EndPoint().ToString();
        await using TlsClient held = await Node.HoldAsync(_fixture.Alice);

        // What comes before the address that is taken is not put in force either.
        await RefusedThenMendedAsync(
            setup => setup.Application("anew", _fixture.Upstream.EndPoint).Set("Applications:anew:Listen", free.ToString())
                .Set("Applications:echo:Listen", stranger.EndPoint.ToString()).Set("Clients:alice:Disabled", true),
            stranger.EndPoint.ToString(),
            setup => setup.Set("Applications:anew", null).Set("Applications:echo:Listen", former).Set("Clients:alice:Disabled", null),
            async () => await Assert.ThrowsAsync<SocketException>(() => SocketExtensions.ConnectAsync(free)));

        Assert.Equal(former, Node.EndPoint().ToString());
        await GoesOnAsync(held);
    }

    [Fact]
    public async Task Address_TakenWhileAnotherMadeWay_IsOpenedAgain()
    {
        using ManualServer stranger = new();
        IPEndPoint loopback = FreePort.Take();
        await _fixture.ApplyAsync(setup => setup.Application("narrow", _fixture.Upstream.EndPoint)
            .Set("Applications:narrow:Listen", loopback.ToString()));
        await using TlsClient held = await Node.HoldAsync(_fixture.Alice, "narrow");

        // Named so that it is bound after the one that needs an address of ours out of its way.
        await RefusedThenMendedAsync(
            setup => setup.Set("Applications:narrow:Listen", $"0.0.0.0:{loopback.Port}").Application("zulu", _fixture.Upstream.EndPoint)
                .Set("Applications:zulu:Listen", stranger.EndPoint.ToString()),
            stranger.EndPoint.ToString(),
            setup => setup.Set("Applications:narrow:Listen", loopback.ToString()).Set("Applications:zulu", null),
            async () =>
            {
                await using TlsClient again = await Node.HoldAsync(_fixture.Alice, "narrow");
                await Assert.ThrowsAsync<SocketException>(
                    () => SocketExtensions.ConnectAsync(new IPEndPoint(IPAddress.Parse("127.0.0.6"), loopback.Port)));
            });

        await GoesOnAsync(held);
    }

    private Task RefusedThenMendedAsync(string keyPath, string value, string error, JsonNode? mended = null) => RefusedThenMendedAsync(
        setup => setup.Set(keyPath, value), error, setup => setup.Set(keyPath, mended));

    private Task RefusedThenMendedAsync(
        Action<NodeSetup> change, string error, Action<NodeSetup> mend, Func<Task>? meanwhile = null) => RefusedThenMendedAsync(
        () =>
        {
            change(_fixture.Setup);
            _fixture.Setup.Write();
        },
        error,
        () => mend(_fixture.Setup),
        meanwhile);

    private async Task RefusedThenMendedAsync(Action change, string error, Action? mend = null, Func<Task>? meanwhile = null)
    {
        MetricWatch applied = await Node.WatchAsync("kestrell4_configuration_reloads_total", ("result", "applied"));
        JsonNode before = (await Node.StatusAsync())["configuration"]!;
        await using TlsClient held = await Node.HoldAsync(_fixture.Alice);

        await _fixture.RefuseAsync(change, error);

        JsonNode after = (await Node.StatusAsync())["configuration"]!;
        Assert.Equal((string?)before["hash"], (string?)after["hash"]);

        // The node may have been about to read anew what was applied just before, as it saw that change by itself, too.
        Assert.True(
            (string?)before["appliedAt"] == (string?)after["appliedAt"] || await applied.RiseAsync() > 0, "a change that was refused counts as applied");
        await using (TlsClient client = await Node.HoldAsync(_fixture.Alice))
        {
            await GoesOnAsync(held);
        }

        await (meanwhile?.Invoke() ?? Task.CompletedTask);
        mend?.Invoke();
        TestCertificate newcomer = _fixture.Client("newcomer", "echo");
        await _fixture.ApplyAsync(static _ => { });
        await using TlsClient mended = await Node.HoldAsync(newcomer);
        await GoesOnAsync(held);
    }
}
