using System.Collections.Concurrent;
using System.Net;
using KestrelL4.OpenSsl;
using KestrelL4.RateLimiting;
using KestrelL4.Registry;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Listeners;
using KestrelL4.Server.Transport;
using KestrelL4.Sockets;
using KestrelL4.Testing;
using KestrelL4.Testing.Certificates;
using KestrelL4.Testing.Clients;
using KestrelL4.Testing.Servers;
using KestrelL4.Tls;
using KestrelL4.Upstreams;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace KestrelL4.Server.Tests.Listeners;

/// <summary>Sessions behind Kestrel's handshake, which .NET does not hand out: without them all works, more slowly.</summary>
public sealed class HandoverTests
{
    private const int Clients = 20;

    private readonly ConcurrentBag<WatchedHandover> _handovers = [];

    [Fact]
    public async Task OnConnectedAsync_ManyClientsThatSendAtOnce_EverySessionIsTakenOver()
    {
        TestAuthority root = TestAuthority.CreateRoot();

        // Each its own, for in this process a node sends tickets, and a client that comes again would resume its session.
        TestCertificate[] certificates = [.. Enumerable.Range(0, Clients).Select(_ => root.Issue(new TestSubject("alice")))];
        await using EchoServer upstream = new();
        using ListeningSocket socket = ListeningSocket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using ServiceProvider services = KestrelServices.Create(NullLoggerFactory.Instance);
        using KestrelServer server = ServerOf(socket, PipelineOf(root, certificates, upstream.EndPoint), services);
        await server.StartAsync(new NoHttp(), CancellationToken.None);

        await Task.WhenAll(certificates.Select(async certificate =>
        {
            await using TlsClient client = await TlsClient.ConnectAsync((IPEndPoint)socket.EndPoint, certificate);
            byte[] bytes = new byte[100_000];
            Random.Shared.NextBytes(bytes);
            byte[] echo = await client.EchoAsync(bytes);
            Assert.True(bytes.AsSpan().SequenceEqual(echo), "what came back is not what was sent");
        }));

        await server.StopAsync(CancellationToken.None);
        Assert.Equal(Clients, _handovers.Count);
        Assert.All(_handovers, static handover => Assert.True(handover.IsDone, "the stream went on with the session"));
    }

    private KestrelServer ServerOf(ListeningSocket socket, ConnectionPipeline pipeline, ServiceProvider services)
    {
        KestrelServerOptions options = new() { ApplicationServices = services };
        options.Listen(socket.EndPoint, listen =>
        {
            listen.Use(next => context =>
            {
                WatchedHandover handover = new(context.Features.GetRequiredFeature<ITlsHandover>());
                _handovers.Add(handover);
                context.Features.Set<ITlsHandover>(handover);
                return next(context);
            });
            pipeline.Build(listen);
        });
        ListeningTransport transport = new(
            [socket], static accepted => new SocketConnection(accepted), AdminAdmission.Instance, NullLoggerFactory.Instance, TimeProvider.System);
        return new KestrelServer(Options.Create(options), transport, NullLoggerFactory.Instance);
    }

    private static ConnectionPipeline PipelineOf(TestAuthority root, TestCertificate[] certificates, IPEndPoint upstream)
    {
        TimeProvider time = TimeProvider.System;
        ClientAuthority[] authorities = [new ClientAuthority("main", [.. root.Chain()])];
        Client alice = new() { Name = "alice", Grants = new Dictionary<string, Grant>(), GrantForAll = new Grant() };
        RegistrySnapshot registry = new(
            [.. certificates.Select(each => KeyValuePair.Create(CertificateId.Create("main", each.SerialNumber), alice))], revision: 1);
        SharedSteps shared = new(
            new AcceptGate(time) { MaxConnections = Clients, MaxHandshakes = Clients },
            new SourceLimits(RateLimit.None, time),
            new ClientHandshake(),
            new TrustInForce(new ClientTrust(authorities, registry)),
            new ClientLimits(RateLimit.None, time));
        shared.Handshake.Use(
            new NodeIdentity(root.Issue(TestSubject.Server()).Certificate, []), new ClientCertificateValidation(authorities, time));
        Application application = new("echo", [new Upstream("a", upstream)], time: time);
        return new ConnectionPipeline(
            application,
            Eventually.DefaultDeadline,
            new ProxyHeaderStep(time) { Protocol = new ProxyProtocolConfiguration() },
            shared,
            new ApplicationConnectionHandler(application, shared.Trust, shared.Clients, time));
    }

    /// <summary>Whoever has taken a session over asks what is left of its records; nobody else does.</summary>
    private sealed class WatchedHandover(ITlsHandover inner) : ITlsHandover
    {
        public bool IsDone { get; private set; }

        public RelaySocket RelaySocket => inner.RelaySocket;

        public SessionCapture Capture => inner.Capture;

        public void TakeOver() => inner.TakeOver();

        public int TakeRest(Span<byte> into)
        {
            IsDone = true;
            return inner.TakeRest(into);
        }
    }

    // Kestrel asks for an HTTP application; no connection reaches one.
    private sealed class NoHttp : IHttpApplication<object>
    {
        public object CreateContext(IFeatureCollection contextFeatures) => throw new NotSupportedException();

        public void DisposeContext(object context, Exception? exception) => throw new NotSupportedException();

        public Task ProcessRequestAsync(object context) => throw new NotSupportedException();
    }
}
