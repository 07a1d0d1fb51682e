using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace KestrelL4.Testing.Servers;

/// <summary>An HTTPS server on a loopback port of its own that asks for client certificates, takes any, and answers as the test says.</summary>
public sealed class HttpsServer : IAsyncDisposable
{
    private const int MostCertificateBytes = 16 * 1024;

    private readonly ConcurrentQueue<HttpsRequest> _requests = new();
    private readonly WebApplication _application;

    private HttpsServer(RequestDelegate answer, SslServerAuthenticationOptions tls, int port)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(options =>
            options.Listen(IPAddress.Loopback, port, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(tls) });
            }));
        _application = builder.Build();
        _application.Run(async context =>
        {
            HttpRequest request = context.Request;
            using StreamReader body = new(request.Body);
            _requests.Enqueue(new HttpsRequest(
                request.Method,
                request.Path + request.QueryString.ToString(),
                request.Headers.ToDictionary(static header => header.Key, static header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
                await body.ReadToEndAsync(context.RequestAborted),
                context.Connection.Id,
                context.Connection.ClientCertificate?.Thumbprint));
            await answer(context);
        });
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint => new(IPAddress.Loopback, new Uri(
        _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port);

    /// <summary>Its address by the name <c>localhost</c>.</summary>
    public Uri Url => new($"https://localhost:{EndPoint.Port}");

    /// <summary>What it was asked, in order.</summary>
    public IReadOnlyList<HttpsRequest> Requests => [.. _requests];

    /// <summary>Starts one.</summary>
    /// <param name="certificate">Its certificate.</param>
    /// <param name="answer">Answers every request.</param>
    /// <param name="protocols">Which TLS it speaks.</param>
    /// <param name="port">The port of one that comes back to where it was; 0 = any.</param>
    public static async Task<HttpsServer> StartAsync(
        X509Certificate2 certificate, RequestDelegate answer, SslProtocols protocols = SslProtocols.Tls13, int port = 0)
    {
        HttpsServer server = new(
            answer,
            new SslServerAuthenticationOptions
            {
                ServerCertificateContext = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true),
                ClientCertificateRequired = true,
                EnabledSslProtocols = protocols,
                RemoteCertificateValidationCallback = static (_, shown, _, _) => shown is null || shown.GetRawCertData().Length <= MostCertificateBytes,
                ApplicationProtocols = [],
            },
            port);
        await server._application.StartAsync();
        return server;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource atOnce = new(TimeSpan.Zero);
        await _application.StopAsync(atOnce.Token);
        await _application.DisposeAsync();
    }
}

/// <summary>One request that a server was sent.</summary>
/// <param name="Method">The method.</param>
/// <param name="Target">Path and query.</param>
/// <param name="Headers">The headers.</param>
/// <param name="Body">The body.</param>
/// <param name="ConnectionId">Which connection it came over.</param>
/// <param name="ClientThumbprint">The certificate that the connection showed; null = none.</param>
public sealed record HttpsRequest(
    string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body, string ConnectionId, string? ClientThumbprint);
