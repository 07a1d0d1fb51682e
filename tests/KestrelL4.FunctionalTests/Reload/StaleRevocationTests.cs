using System.Net;
using System.Text.Json.Nodes;

namespace KestrelL4.FunctionalTests.Reload;

/// <summary>A revocation list that is older than it may be lets in no new client of its authority, and ends no connection.</summary>
public sealed class StaleRevocationTests : IAsyncLifetime
{
    private const int Invalid = 1;
    private const string ListKey = "ClientAuthorities:main:RevocationList";
    private const string Component = "revocation:main";

    private static readonly TimeSpan MaxAge = TimeSpan.FromHours(1);

    // It grows too old while it is in force, not before.
    private static readonly TimeSpan Left = TimeSpan.FromSeconds(1);

    private readonly EchoServer _upstream = new();
    private readonly NodeSetup _setup = new();
    private readonly TestCertificate _alice;

    public StaleRevocationTests()
    {
        _setup.Application("echo", _upstream.EndPoint);
        _alice = _setup.Client("alice", "echo");
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _upstream.DisposeAsync();

    [Fact]
    public async Task List_OfOneOfTwoAuthorities_RefusesItsNewClientsAlone()
    {
        TestAuthority second = TestAuthority.CreateRoot("second client authority");
        TestCertificate bob = second.Issue(new TestSubject("bob"));
        _setup.Set("ClientAuthorities:second:Certificate", second.WriteTo(_setup.Directory.Path, "second.crt"));
        _setup.Register("bob", bob, "echo").Set("Clients:bob:SerialNumbers", new JsonArray($"second:{bob.SerialNumber}"));
        _setup.Set("Clients:alice:SerialNumbers", new JsonArray($"main:{_alice.SerialNumber}"));
        await using TestNode node = await StartAsync();
        await using TlsClient held = await node.HoldAsync(_alice);
        await using Bystander bystander = new(node.EndPoint(), bob);

        PublishAgeing(node);
        await UntilAsync(node, "unhealthy", "degraded", HttpStatusCode.OK);

        await RefusesAsStaleAsync(node, held);
        await RenewAsync(node);
        await bystander.AssertUnharmedAsync();
    }

    [Fact]
    public async Task List_OfTheOnlyAuthority_MakesTheNodeUnready()
    {
        await using TestNode node = await StartAsync();
        await using TlsClient held = await node.HoldAsync(_alice);

        PublishAgeing(node);
        await UntilAsync(node, "unhealthy", "unhealthy", HttpStatusCode.ServiceUnavailable);

        await RefusesAsStaleAsync(node, held);
        await RenewAsync(node);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("missing")]
    public async Task List_UnreadableAtTheStart_ExitsOne(string fault)
    {
        using TemporaryDirectory home = _setup.Directory;
        if (fault == "garbage")
        {
            home.Write("main.crl", "no list");
        }

        ToolResult result = await _setup.Set(ListKey, home["main.crl"]).RunToExitAsync();

        Assert.True(result.ExitCode == Invalid, result.ToString());
        Assert.Contains($"KestrelL4:{ListKey}", result.Error, StringComparison.Ordinal);
    }

    private Task<TestNode> StartAsync()
    {
        Publish(_setup.Authority.RevocationList(1));
        return _setup.Set(ListKey, _setup.Directory["main.crl"]).Set("ClientAuthorities:main:MaxRevocationAge", "1h").StartAsync();
    }

    private void PublishAgeing(TestNode node)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        Publish(_setup.Authority.RevocationList(2, now - MaxAge + Left, now.AddDays(1)));
        node.Process.HangUp();
    }

    private void Publish(TestRevocationList list) =>
        File.Move(list.WriteTo(_setup.Directory.Path, "next.crl"), _setup.Directory["main.crl"], overwrite: true);

    private async Task RefusesAsStaleAsync(TestNode node, TlsClient held)
    {
        MetricWatch stale = await node.WatchReasonAsync("revocation_stale");
        await node.RefusesAsync(_alice);
        await stale.RoseByAsync(1);
        Assert.Equal([4], await held.EchoAsync([4]));
    }

    private async Task RenewAsync(TestNode node)
    {
        Publish(_setup.Authority.RevocationList(3));
        node.Process.HangUp();
        await UntilAsync(node, "healthy", "healthy", HttpStatusCode.OK);
        await using TlsClient admitted = await node.HoldAsync(_alice);
    }

    private static async Task UntilAsync(TestNode node, string component, string whole, HttpStatusCode code)
    {
        string? last = null;
        await Eventually.UntilAsync(
            async () =>
            {
                using HttpResponseMessage response = await node.Admin.GetAsync(new Uri("readyz", UriKind.Relative));
                last = await response.Content.ReadAsStringAsync();
                JsonNode answer = JsonNode.Parse(last)!;
                return response.StatusCode == code && (string?)answer["status"] == whole
                    && (string?)answer["components"]![Component]!["status"] == component;
            },
            () => $"{Component} is {component} and the node {whole}; it says {last}");
    }
}
