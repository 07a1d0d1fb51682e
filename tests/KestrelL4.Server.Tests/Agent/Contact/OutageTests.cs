using System.Net.Sockets;
using System.Text;
using KestrelL4.Server.Agent.Contact;
using KestrelL4.Testing;
using KestrelL4.Testing.Certificates;
using KestrelL4.Testing.Servers;

namespace KestrelL4.Server.Tests.Agent.Contact;

/// <summary>Outages and wrong ports, each told for what it is, and what follows from several addresses and several failures.</summary>
public sealed class OutageTests : ContactSetUp
{
    [Fact]
    public async Task Port_ThatNobodyListensAt_IsAway()
    {
        using RefusingPort port = new();

        ContactFailure failure = await FailAsync(Connect(UrlOf(port.EndPoint.Port)).PingAsync([], default));

        Assert.Equal(ContactFault.Away, failure.Fault);
        Assert.StartsWith($"https://127.0.0.1:{port.EndPoint.Port} refuses connections", failure.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    public async Task Port_OfSomethingElse_SpeaksNoTls(string greeting)
    {
        using ManualServer server = new();
        Task<Contact<Protocol.Pong>> asking = Connect(UrlOf(server.EndPoint.Port)).PingAsync([], default);
        using Socket socket = await server.AcceptAsync();
        await socket.SendAsync(Encoding.ASCII.GetBytes(greeting));

        ContactFailure failure = await FailAsync(asking);

        Assert.Equal(ContactFault.Misconfigured, failure.Fault);
        Assert.Contains("speaks no TLS: is the port that of something else?", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handshake_Cut_IsAway()
    {
        using ManualServer server = new();
        Task<Contact<Protocol.Pong>> asking = Connect(UrlOf(server.EndPoint.Port)).PingAsync([], default);
        Socket socket = await server.AcceptAsync();
        socket.Shutdown(SocketShutdown.Send);

        ContactFailure failure = await FailAsync(asking);

        Assert.Equal(ContactFault.Away, failure.Fault);
        Assert.Contains("closed the connection during the TLS handshake", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Address_ThatStaysSilent_IsGivenUpAfterFiveSecondsAndToldHowFarItCame()
    {
        FakeTime time = new(TimeProvider.System.GetUtcNow());
        Time = time;
        using SilentPort silent = await SilentPort.CreateAsync();
        using ManualServer mute = new();
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        HttpsServer slow = await ServeAsync(context =>
        {
            asked.SetResult();
            return Task.Delay(Timeout.Infinite, context.RequestAborted);
        });

        string unreached = await TimeOutAsync(UrlOf(silent.EndPoint.Port), () => DiallingAsync(silent.EndPoint.Port), time);
        Task<Socket> accepting = mute.AcceptAsync();
        string unshaken = await TimeOutAsync(UrlOf(mute.EndPoint.Port), () => HelloAsync(accepting), time);
        string unanswered = await TimeOutAsync(slow.Url, () => asked.Task, time);

        Assert.Contains("did not answer within 5 s: no connection came about", unreached, StringComparison.Ordinal);
        Assert.Contains("did not answer within 5 s: there was a connection, and no TLS handshake came of it", unshaken, StringComparison.Ordinal);
        Assert.Contains("did not answer within 5 s: it took the request, and no answer began", unanswered, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SeveralAddresses_AllFailing_AreToldEachAndAwayWhileOneMayComeBack()
    {
        using RefusingPort port = new();
        HttpsServer stranger = await ServeAsync(issuer: TestAuthority.CreateRoot("somebody else"));

        ContactFailure mixed = await FailAsync(Connect(stranger.Url, UrlOf(port.EndPoint.Port)).PingAsync([], default));
        ContactFailure wrong = await FailAsync(Connect(stranger.Url, stranger.Url).PingAsync([], default));

        Assert.Equal((ContactFault.Away, ContactFault.Misconfigured), (mixed.Fault, wrong.Fault));
        Assert.StartsWith("No way leads to the authority: ", mixed.Sentence, StringComparison.Ordinal);
        Assert.Contains("'CN=somebody else'", mixed.Sentence, StringComparison.Ordinal);
        Assert.Contains($"127.0.0.1:{port.EndPoint.Port} refuses connections", mixed.Sentence, StringComparison.Ordinal);
    }

    // A first address that is a black hole costs its five seconds once, and not with every question.
    [Fact]
    public async Task SeveralAddresses_FirstOneDead_IsNotTriedAgainWhileTheOtherAnswers()
    {
        using ManualServer dead = new();
        HttpsServer well = await ServeAsync();
        AuthorityClient client = Connect(UrlOf(dead.EndPoint.Port), well.Url);
        Task<Contact<Protocol.Pong>> first = client.PingAsync([], default);
        (await dead.AcceptAsync()).Close();
        await GetAsync(first);

        // Nobody would close this one, so it would take five seconds and be told as a failure of the deadline below.
        await Eventually.WithinAsync(GetAsync(client.PingAsync([], default)), "the second question goes to the address that answered", TimeSpan.FromSeconds(4));

        Assert.Equal(2, well.Requests.Count);
    }

    [Fact]
    public async Task ThreeFailures_BuildAnew_ReadTheRootAndReturnToTheFirstAddress()
    {
        TestAuthority next = TestAuthority.CreateRoot("the next authority");
        HttpsServer first = await ServeAsync(issuer: next);
        HttpsServer second = await ServeAsync();
        AuthorityClient client = Connect(first.Url, second.Url);
        await GetAsync(client.PingAsync([], default));
        await second.DisposeAsync();
        next.WriteTo(Directory.Path, "ca.crt");

        for (int i = 0; i < 3; i++)
        {
            await FailAsync(client.PingAsync([], default));
        }

        Assert.Empty(first.Requests);
        await GetAsync(client.PingAsync([], default));
        Assert.Single(first.Requests);
    }

    // Whoever asks looks the root up first, which asks nobody.
    [Fact]
    public async Task ThreeFailures_WithTheRootLookedUpBeforeEach_BuildAnewAllTheSame()
    {
        TestAuthority next = TestAuthority.CreateRoot("the next authority");
        HttpsServer server = await ServeAsync(issuer: next);
        AuthorityClient client = Connect(server.Url);
        await GetAsync(client.FindRootAsync(default));
        next.WriteTo(Directory.Path, "ca.crt");

        for (int i = 0; i < 3; i++)
        {
            await GetAsync(client.FindRootAsync(default));
            await FailAsync(client.PingAsync([], default));
        }

        await GetAsync(client.PingAsync([], default));
    }

    [Fact]
    public async Task ManyAtOnce_WhileAllIsBuiltAnew_AreAllAnswered()
    {
        HttpsServer server = await ServeAsync();
        AuthorityClient client = Connect(server.Url);
        int port = server.EndPoint.Port;
        await server.DisposeAsync();

        Contact<Protocol.Pong>[] failed = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.PingAsync([], default)));
        Assert.All(failed, static contact => Assert.Equal(ContactFault.Away, contact.Failure?.Fault));
        HttpsServer back = await ServeAsync(port: port);
        Contact<Protocol.Pong>[] answered = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
        {
            client.Identity = i % 2 == 0 ? null : Identity();
            return client.PingAsync([], default);
        }));

        Assert.All(answered, static contact => Assert.Null(contact.Failure));
        Assert.Equal(20, back.Requests.Count);
    }

    private static Uri UrlOf(int port) => new($"https://127.0.0.1:{port}");

    // In the kernel's table: the remote port, and the state SYN_SENT.
    private static Task DiallingAsync(int port) => Eventually.UntilAsync(
        () => File.ReadAllText("/proc/net/tcp").Contains($":{port:X4} 02", StringComparison.Ordinal), "the port is dialled");

    private static async Task HelloAsync(Task<Socket> accepting)
    {
        Socket socket = await accepting;
        await socket.ReceiveAsync(new byte[1]);
    }

    private async Task<string> TimeOutAsync(Uri url, Func<Task> reached, FakeTime time)
    {
        Task<Contact<Protocol.Pong>> asking = Connect(url).PingAsync([], default);
        await reached().WaitAsync(Eventually.DefaultDeadline);
        await Eventually.UntilAsync(() => time.ArmedTimers > 0, "the attempt has begun");
        time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(asking.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.2));
        ContactFailure failure = await FailAsync(asking);
        Assert.Equal(ContactFault.Away, failure.Fault);
        return failure.Sentence;
    }
}
