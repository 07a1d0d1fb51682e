using System.Net;
using System.Net.ServerSentEvents;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Protocol;
using KestrelL4.Protocol.Snapshots;

namespace KestrelL4.FunctionalTests.Authority;

/// <summary>The registry as a node follows it: signed snapshot, ETag, events with resume.</summary>
public sealed class AuthorityRegistryTests : IAsyncLifetime
{
    private const string OpenSsl = "openssl";
    private const string Curl = "curl";

    private RunningAuthority _authority = null!;

    public async Task InitializeAsync() => _authority = await RunningAuthority.StartAsync();

    public async Task DisposeAsync() => await _authority.DisposeAsync();

    [RequiresToolFact(OpenSsl, Curl)]
    public async Task Registry_Changed_IsASignedSnapshotOfWhatIsInForce()
    {
        await _authority.JoinAsync("edge-1");
        await _authority.DoAsync("client", "add", "alice", "--serial-number", "main:5F:3A:01", "--application", "postgres");
        await _authority.DoAsync("client", "set", "alice", "--for", "postgres", "--max-concurrent-connections", "5", "--wait-up-to", "2s");
        await _authority.DoAsync("client", "add", "bob", "--serial-number", "main:01", "main:02", "--application", "*");
        await _authority.DoAsync("certificate", "revoke", "main:02");
        using HttpClient node = _authority.Connect("edge-1");

        using HttpResponseMessage response = await node.GetAsync(AuthorityRoutes.Registry);
        Snapshot snapshot = Verify(await response.Content.ReadAsByteArrayAsync());

        Assert.Equal($"\"{snapshot.Version}\"", response.Headers.ETag?.Tag);
        Assert.Equal(["main:5F3A01"], snapshot.Clients["alice"].SerialNumbers);
        Assert.Equal(5, snapshot.Clients["alice"].RateLimits!["postgres"].MaxConcurrentConnections);
        Assert.Equal(["main:01"], snapshot.Clients["bob"].SerialNumbers);
        Assert.Equal(["main:02"], snapshot.RevokedCertificates);
        Assert.Equal(5, snapshot.Revision);
        X509Certificate2 issuer = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(snapshot.ClientIssuers.Single()));
        Assert.Equal(X509CertificateLoader.LoadCertificateFromFile(_authority["ca/clients.crt"]).Thumbprint, issuer.Thumbprint);
    }

    [RequiresToolFact(OpenSsl, Curl)]
    public async Task Registry_Unchanged_Is304AlsoAfterARestart()
    {
        await _authority.JoinAsync("edge-1");
        await _authority.DoAsync("client", "add", "alice", "--application", "*");
        using HttpClient node = _authority.Connect("edge-1");
        using HttpResponseMessage first = await node.GetAsync(AuthorityRoutes.Registry);
        node.DefaultRequestHeaders.IfNoneMatch.Add(first.Headers.ETag!);

        Assert.Equal(HttpStatusCode.NotModified, (await node.GetAsync(AuthorityRoutes.Registry)).StatusCode);
        _authority.Process.Terminate();
        Assert.Equal(0, await _authority.Process.WaitForExitAsync());
        await _authority.RestartAsync();
        Assert.Equal(HttpStatusCode.NotModified, (await node.GetAsync(AuthorityRoutes.Registry)).StatusCode);
        await _authority.DoAsync("client", "revoke", "alice");
        Assert.Equal(HttpStatusCode.OK, (await node.GetAsync(AuthorityRoutes.Registry)).StatusCode);
    }

    [RequiresToolFact(OpenSsl, Curl)]
    public async Task Events_Followed_TellChangesHeartbeatsAndEndWithTheNodesRevocation()
    {
        await _authority.JoinAsync("edge-1");
        using HttpClient node = _authority.Connect("edge-1");
        using Events events = await Events.OpenAsync(node, null);

        SseItem<string> first = await events.NextAsync();
        Assert.Equal(AuthorityRoutes.RegistryEvent, first.EventType);
        await _authority.DoAsync("client", "add", "alice", "--application", "*");
        SseItem<string> second = await events.NextAsync();
        Assert.Equal(AuthorityRoutes.RegistryEvent, second.EventType);
        Assert.NotEqual(first.EventId, second.EventId);
        Assert.Contains("\"revision\":2", second.Data, StringComparison.Ordinal);
        SseItem<string> third = await events.NextAsync();
        Assert.Equal((AuthorityRoutes.HeartbeatEvent, second.EventId), (third.EventType, third.EventId));

        using Events resumed = await Events.OpenAsync(node, second.EventId);
        Assert.Equal(AuthorityRoutes.HeartbeatEvent, (await resumed.NextAsync()).EventType);
        using Events behind = await Events.OpenAsync(node, first.EventId);
        Assert.Equal((AuthorityRoutes.RegistryEvent, second.EventId), await behind.NextAsync() is var item ? (item.EventType, item.EventId) : default);

        await _authority.DoAsync("node", "revoke", "edge-1");
        await events.EndsAsync();
    }

    [RequiresToolFact(OpenSsl, Curl)]
    public async Task Terminate_WithAStreamOpen_EndsAtOnceWithZero()
    {
        await _authority.JoinAsync("edge-1");
        using HttpClient node = _authority.Connect("edge-1");
        using Events events = await Events.OpenAsync(node, null);
        await events.NextAsync();

        _authority.Process.Terminate();

        Assert.Equal(0, await _authority.Process.WaitForExitAsync(TimeSpan.FromSeconds(15)));
        Assert.False(File.Exists(_authority["ca/admin.sock"]));
    }

    private Snapshot Verify(byte[] document)
    {
        using X509Certificate2 root = X509CertificateLoader.LoadCertificateFromFile(_authority["ca/ca.crt"]);
        return new SnapshotVerifier(root).TryVerify(document, TimeProvider.System.GetUtcNow(), out Snapshot? snapshot, out string? refusal)
            ? snapshot
            : throw new InvalidDataException(refusal);
    }

    /// <summary>A stream of events, read one at a time.</summary>
    private sealed class Events(HttpResponseMessage response, Stream stream) : IDisposable
    {
        private readonly IAsyncEnumerator<SseItem<string>> _items = SseParser.Create(stream).EnumerateAsync().GetAsyncEnumerator();

        public static async Task<Events> OpenAsync(HttpClient node, string? lastId)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, AuthorityRoutes.RegistryEvents);
            if (lastId is not null)
            {
                request.Headers.Add("Last-Event-ID", lastId);
            }

            HttpResponseMessage response = await node.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
            return new Events(response, await response.Content.ReadAsStreamAsync());
        }

        public async Task<SseItem<string>> NextAsync()
        {
            Assert.True(await Eventually.WithinAsync(_items.MoveNextAsync().AsTask(), "an event comes"), "the stream has ended");
            return _items.Current;
        }

        public async Task EndsAsync()
        {
            while (await Eventually.WithinAsync(_items.MoveNextAsync().AsTask(), "the stream ends"))
            {
                Assert.Equal(AuthorityRoutes.HeartbeatEvent, _items.Current.EventType);
            }
        }

        public void Dispose()
        {
            stream.Dispose();
            response.Dispose();
        }
    }
}
