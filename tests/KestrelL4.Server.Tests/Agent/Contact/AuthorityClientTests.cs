using System.Net;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Protocol;
using KestrelL4.Server.Agent.Contact;
using KestrelL4.Testing.Servers;
using Microsoft.AspNetCore.Http;

namespace KestrelL4.Server.Tests.Agent.Contact;

/// <summary>What the authority is asked, over which connection, and what its answers come to.</summary>
public sealed class AuthorityClientTests : ContactSetUp
{
    [Fact]
    public async Task Ping_WithIdentity_ShowsItAndTellsTheClientAuthorities()
    {
        HttpsServer server = await ServeAsync();
        AuthorityClient client = Connect(server.Url);
        client.Identity = Identity();

        Pong pong = await GetAsync(client.PingAsync(["main", "other"], default));

        Assert.Equal(("a1", "edge-1", 5), (pong.AuthorityId, pong.Node, pong.Revision));
        HttpsRequest request = Assert.Single(server.Requests);
        Assert.Equal("/v1/ping?clientAuthority=main&clientAuthority=other", request.Target);
        Assert.Equal(client.Identity.Thumbprint, request.ClientThumbprint);
        Assert.Equal(["Host"], request.Headers.Keys);
    }

    [Fact]
    public async Task Join_WithAnIdentity_ShowsNoneAndItsConnectionServesOnce()
    {
        HttpsServer server = await ServeAsync();
        AuthorityClient client = Connect(server.Url);
        client.Identity = Identity();
        await GetAsync(client.PingAsync([], default));

        Assert.Equal("issued", await GetAsync(client.JoinAsync("the-token", "csr", default)));
        Assert.Equal("issued", await GetAsync(client.RenewAsync("csr", default)));

        HttpsRequest[] requests = [.. server.Requests];
        Assert.Equal([client.Identity.Thumbprint, null, client.Identity.Thumbprint], requests.Select(static request => request.ClientThumbprint));
        Assert.Equal("Bearer the-token", requests[1].Headers["Authorization"]);
        Assert.False(requests[2].Headers.ContainsKey("Authorization"));
        Assert.Equal(["csr", "csr"], requests[1..].Select(static request => request.Body));
        Assert.Equal(requests[0].ConnectionId, requests[2].ConnectionId);
    }

    [Fact]
    public async Task Identity_Changed_IsShownFromTheNextRequestOn()
    {
        HttpsServer server = await ServeAsync();
        AuthorityClient client = Connect(server.Url);
        X509Certificate2?[] identities = [null, Identity("edge-1"), Identity("edge-1")];
        foreach (X509Certificate2? identity in identities)
        {
            client.Identity = identity;
            await GetAsync(client.PingAsync([], default));
            await GetAsync(client.PingAsync([], default));
        }

        Assert.Equal(
            identities.SelectMany(static identity => (string?[])[identity?.Thumbprint, identity?.Thumbprint]),
            server.Requests.Select(static request => request.ClientThumbprint));
        Assert.Equal(3, server.Requests.DistinctBy(static request => request.ConnectionId).Count());
    }

    [Fact]
    public async Task Identity_ChangedWhileAnAnswerComes_DoesNotCutIt()
    {
        TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource began = new(TaskCreationOptions.RunContinuationsAsynchronously);
        HttpsServer server = await ServeAsync(async context =>
        {
            if (context.Request.Path != AuthorityRoutes.Registry)
            {
                await AnswerAsync(context);
                return;
            }

            context.Response.Headers.ETag = "\"v\"";
            context.Response.ContentType = AuthorityMediaTypes.Snapshot;
            await context.Response.Body.WriteAsync(new byte[1000]);
            await context.Response.Body.FlushAsync();
            began.SetResult();
            await changed.Task;
            await context.Response.Body.WriteAsync(new byte[1000]);
        });
        AuthorityClient client = Connect(server.Url);
        Task<Contact<RegistryAnswer>> asking = client.FetchRegistryAsync(null, default);
        await began.Task;

        client.Identity = Identity();
        await GetAsync(client.PingAsync([], default));
        changed.SetResult();

        Assert.Equal(2000, (await GetAsync(asking)).Document!.Length);
    }

    [Fact]
    public async Task FetchRegistry_KnownVersion_IsToldThatItIsInForce()
    {
        HttpsServer server = await ServeAsync();
        AuthorityClient client = Connect(server.Url);

        RegistryAnswer first = await GetAsync(client.FetchRegistryAsync(null, default));
        RegistryAnswer second = await GetAsync(client.FetchRegistryAsync(first.Version, default));

        Assert.Equal(Version, first.Version);
        Assert.StartsWith("kestrell4-snapshot", System.Text.Encoding.ASCII.GetString(first.Document!), StringComparison.Ordinal);
        Assert.Equal((Version, null), (second.Version, second.Document));
    }

    [Fact]
    public async Task Refusal_OfTheAuthority_IsToldWithReasonSentenceAndWait()
    {
        HttpsServer server = await ServeAsync(static context =>
        {
            context.Response.Headers.RetryAfter = "17";
            return RefuseAsync(context, HttpStatusCode.TooManyRequests, RefusalReason.TooManyAttempts, "try again later");
        });

        ContactFailure failure = await FailAsync(Connect(server.Url).JoinAsync("the-token", "csr", default));

        Assert.Equal((ContactFault.Refused, RefusalReason.TooManyAttempts), (failure.Fault, failure.Reason));
        Assert.Equal(TimeSpan.FromSeconds(17), failure.RetryAfter);
        Assert.Contains("try again later", failure.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("the-token", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FaultOfTheAuthority_StoreFailed_IsNoRefusalAndAnotherAddressIsTried()
    {
        HttpsServer failing = await ServeAsync(static context =>
            RefuseAsync(context, HttpStatusCode.ServiceUnavailable, RefusalReason.StoreFailed, "the disk is full"));
        HttpsServer well = await ServeAsync();

        ContactFailure failure = await FailAsync(Connect(failing.Url).PingAsync([], default));
        await GetAsync(Connect(failing.Url, well.Url).PingAsync([], default));

        Assert.Equal((ContactFault.Away, RefusalReason.StoreFailed), (failure.Fault, failure.Reason));
    }

    [Theory]
    [InlineData(404, "text/html", "<h1>Not Found</h1>")]
    [InlineData(403, "application/json", "{\"detail\":\"blocked\"}")]
    [InlineData(302, null, "")]
    [InlineData(200, "text/html", "<h1>It works!</h1>")]
    [InlineData(200, "application/json", "{}")]
    public async Task Answer_OfSomethingElse_IsToldToBeNoAuthority(int status, string? type, string body)
    {
        HttpsServer server = await ServeAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = type;
            context.Response.Headers.Location = status == 302 ? "/elsewhere" : default;
            return context.Response.WriteAsync(body);
        });

        ContactFailure failure = await FailAsync(Connect(server.Url).PingAsync([], default));

        Assert.Equal(ContactFault.Misconfigured, failure.Fault);
        Assert.Contains($"localhost:{server.EndPoint.Port} is no authority", failure.Sentence, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Answer_LongerThanAnAuthoritys_IsRefused()
    {
        HttpsServer server = await ServeAsync(static async context =>
        {
            context.Response.ContentType = "application/json";
            for (int i = 0; i < 100 && !context.RequestAborted.IsCancellationRequested; i++)
            {
                await context.Response.Body.WriteAsync(new byte[1024 * 1024], context.RequestAborted);
            }
        });

        ContactFailure failure = await FailAsync(Connect(server.Url).PingAsync([], default));

        Assert.Contains("answers with more than 65536 bytes", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dispose_WhileAsking_CancelsEverything()
    {
        HttpsServer server = await ServeAsync(static context => context.Request.Path == AuthorityRoutes.Ping
            ? Task.Delay(Timeout.Infinite, context.RequestAborted)
            : TellAsync(context, AuthorityRoutes.RegistryEvent, Version).ContinueWith(_ => Task.Delay(Timeout.Infinite, context.RequestAborted), TaskScheduler.Default).Unwrap());
        AuthorityClient client = Connect(server.Url);
        EventStream events = await GetAsync(client.OpenEventsAsync(null, default));
        await GetAsync(events.ReadAsync(default));
        Task<Contact<RegistryNews>> reading = events.ReadAsync(default);
        Task<Contact<Pong>> asking = client.PingAsync([], default);

        await client.DisposeAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        Assert.Equal(ContactFault.Away, (await FailAsync(reading)).Fault);
        await events.DisposeAsync();
    }
}
