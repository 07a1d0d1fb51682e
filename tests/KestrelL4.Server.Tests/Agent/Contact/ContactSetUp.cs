using System.Net;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Protocol;
using KestrelL4.Protocol.Snapshots;
using KestrelL4.Server.Agent.Contact;
using KestrelL4.Server.Configuration;
using KestrelL4.Testing;
using KestrelL4.Testing.Certificates;
using KestrelL4.Testing.Servers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace KestrelL4.Server.Tests.Agent.Contact;

/// <summary>A root, servers with its certificates that answer as an authority does, and clients that ask them.</summary>
public abstract class ContactSetUp : IAsyncLifetime
{
    private protected const string Version = "1.5.ABCD";

    private readonly List<IAsyncDisposable> _owned = [];

    private protected TestAuthority Root { get; } = TestAuthority.CreateRoot("the authority");

    private protected TemporaryDirectory Directory { get; } = new();

    private protected TimeProvider Time { get; set; } = TimeProvider.System;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (IAsyncDisposable owned in _owned.AsEnumerable().Reverse())
        {
            await owned.DisposeAsync();
        }

        Directory.Dispose();
    }

    private protected X509Certificate2 RootCertificate => Root.Chain().Single();

    private protected async Task<HttpsServer> ServeAsync(RequestDelegate? answer = null, TestAuthority? issuer = null, TestSubject? subject = null, int port = 0)
    {
        TestCertificate certificate = (issuer ?? Root).Issue(subject ?? TestSubject.Server());
        return Own(await HttpsServer.StartAsync(certificate.Certificate, answer ?? AnswerAsync, port: port));
    }

    private protected AuthorityClient Connect(params IEnumerable<Uri> urls) => Connect(Configure(urls));

    private protected AuthorityClient Connect(AuthorityConfiguration configuration) =>
        Own(new AuthorityClient(configuration, "hash", Directory.Path, NullLoggerFactory.Instance, Time));

    private protected AuthorityConfiguration Configure(params IEnumerable<Uri> urls) =>
        new() { Urls = [.. urls], Ca = Root.WriteTo(Directory.Path, "ca.crt") };

    private protected AuthorityConfiguration ConfigurePin(params IEnumerable<Uri> urls) =>
        new() { Urls = [.. urls], CaPin = CaPin.Of(RootCertificate) };

    private protected X509Certificate2 Identity(string name = "edge-1") => Root.Issue(new TestSubject(name) { Usage = KeyUsage.Any }).Certificate;

    private protected static async Task<ContactFailure> FailAsync<T>(Task<Contact<T>> asking)
        where T : class
    {
        Contact<T> contact = await Eventually.WithinAsync(asking, "the attempt ends", TimeSpan.FromSeconds(30));
        Assert.Null(contact.Answer);
        return contact.Failure!;
    }

    private protected static async Task<T> GetAsync<T>(Task<Contact<T>> asking)
        where T : class
    {
        Contact<T> contact = await Eventually.WithinAsync(asking, "the attempt ends", TimeSpan.FromSeconds(30));
        Assert.True(contact.Answer is not null, contact.Failure?.Sentence);
        return contact.Answer;
    }

    private protected T Own<T>(T owned)
        where T : IAsyncDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    /// <summary>Answers as an authority does whose registry is at <see cref="Version"/>.</summary>
    private protected async Task AnswerAsync(HttpContext context)
    {
        HttpResponse response = context.Response;
        switch (context.Request.Path.Value)
        {
            case AuthorityRoutes.Ca:
                response.ContentType = AuthorityMediaTypes.Certificates;
                await response.WriteAsync(RootCertificate.ExportCertificatePem() + "\n");
                break;
            case AuthorityRoutes.Identity:
                response.ContentType = AuthorityMediaTypes.Certificates;
                await response.WriteAsync("issued");
                break;
            case AuthorityRoutes.Ping:
                await response.WriteAsJsonAsync(new Pong("a1", "edge-1", 1, 5, TimeProvider.System.GetUtcNow()), ProtocolJson.Default.Pong);
                break;
            case AuthorityRoutes.Registry:
                response.Headers.ETag = $"\"{Version}\"";
                response.StatusCode = context.Request.Headers.IfNoneMatch == $"\"{Version}\"" ? StatusCodes.Status304NotModified : StatusCodes.Status200OK;
                if (response.StatusCode == StatusCodes.Status200OK)
                {
                    response.ContentType = AuthorityMediaTypes.Snapshot;
                    await response.Body.WriteAsync(SnapshotDocument.FirstLine.ToArray());
                }

                break;
            case AuthorityRoutes.RegistryEvents:
                await TellAsync(context, AuthorityRoutes.RegistryEvent, Version);
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
                break;
            default:
                await RefuseAsync(context, HttpStatusCode.NotFound, RefusalReason.NotFound, "there is nothing here");
                break;
        }
    }

    private protected static async Task TellAsync(HttpContext context, string type, string version)
    {
        if (!context.Response.HasStarted)
        {
            context.Response.ContentType = "text/event-stream";
        }

        await context.Response.WriteAsync($"event: {type}\ndata: {{\"epoch\":1,\"revision\":5,\"version\":\"{version}\"}}\nid: {version}\n\n");
        await context.Response.Body.FlushAsync();
    }

    private protected static Task RefuseAsync(HttpContext context, HttpStatusCode status, string reason, string sentence)
    {
        context.Response.StatusCode = (int)status;
        return context.Response.WriteAsJsonAsync(new AuthorityError(reason, sentence), ProtocolJson.Default.AuthorityError);
    }
}
