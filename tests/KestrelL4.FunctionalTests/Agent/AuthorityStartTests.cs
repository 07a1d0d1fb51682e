using System.Text;

namespace KestrelL4.FunctionalTests.Agent;

/// <summary>A first start that cannot work ends with exit code 3 and one sentence that says what is wrong.</summary>
public sealed class AuthorityStartTests(AuthorityStartFixture fixture) : IClassFixture<AuthorityStartFixture>
{
    private const int AuthorityUnavailable = 3;

    private AuthorityScene Scene => fixture.Scene;

    [Fact]
    public async Task Start_PortRefused_SaysSo()
    {
        using RefusingPort port = new();
        await EndsAsync(await Scene.PrepareAsync("n", port.EndPoint), "cannot be reached", "refuses connections");
    }

    [Fact]
    public async Task Start_NameDoesNotExist_SaysSo() =>
        await EndsAsync((await Scene.PrepareAsync("n")).Follow("https://authority.invalid:7443", fixture.Pin, null), "authority.invalid");

    [Fact]
    public async Task Start_PortOfAPlainServer_SaysSo()
    {
        await using ScriptedServer web = new(static async (socket, cancellation) =>
        {
            await socket.ReceiveAsync(new byte[4096], cancellation);
            await socket.SendAllAsync(Encoding.ASCII.GetBytes("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), cancellation);
        });
        await EndsAsync(await Scene.PrepareAsync("n", web.EndPoint), "speaks no TLS");
    }

    [Fact]
    public async Task Start_ServerOfAnotherAuthority_SaysSo()
    {
        await using TlsEchoServer foreign = new(TestAuthority.CreateRoot("another").Issue(TestSubject.Server()));
        await EndsAsync(await Scene.PrepareAsync("n", foreign.EndPoint), "cannot be used");
    }

    [Fact]
    public async Task Start_AnotherPin_SaysSo() =>
        await EndsAsync((await Scene.PrepareAsync("n")).Set("Authority:CaPin", new string('a', 64)), "CaPin", fixture.Pin);

    [Fact]
    public async Task Start_WithoutAToken_SaysSo() =>
        await EndsAsync((await Scene.PrepareAsync("n")).Set("Authority:JoinTokenFile", null), "JoinTokenFile");

    [Fact]
    public async Task Start_TokenOfNobody_SaysSo()
    {
        NodeSetup setup = await Scene.PrepareAsync("n");
        setup.WriteToken(new string('0', 64));
        await EndsAsync(setup, "refuses", "token");
    }

    [Fact]
    public async Task Start_TokenExpired_SaysSo()
    {
        NodeSetup setup = await Scene.PrepareAsync("n");
        setup.WriteToken(await Scene.Authority.Administrator.TokenAsync("n", TimeSpan.FromMilliseconds(1)));
        await EndsAsync(setup, "refuses", "expired");
    }

    [RequiresToolFact("openssl", "curl")]
    public async Task Start_TokenUsedUp_SaysSo()
    {
        string used = await fixture.UsedTokenAsync();
        NodeSetup setup = await Scene.PrepareAsync("n");
        setup.WriteToken(used);
        await EndsAsync(setup, "refuses", "used up");
    }

    // 5 as at any other time: SIGQUIT asks for an end without patience.
    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 5)]
    public async Task Start_SignalWhileItAsks_EndsAtOnce(bool isAbort, int code)
    {
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using ScriptedServer mute = new(async (_, cancellation) =>
        {
            asked.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
        });
        NodeSetup setup = await Scene.PrepareAsync("n", mute.EndPoint);
        using TemporaryDirectory directory = setup.Directory;
        setup.Write();
        using NodeProcess node = new(NodeExecutable.Path, ["run", "--config", setup.ConfigurationFile], directory.Path);
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(60));

        (isAbort ? node.Abort : (Action)node.Terminate)();

        Assert.True(await node.WaitForExitAsync() == code, node.Output);
    }

    private static async Task EndsAsync(NodeSetup setup, params string[] parts)
    {
        using TemporaryDirectory directory = setup.Directory;
        ToolResult result = await setup.RunToExitAsync();

        Assert.True(result.ExitCode == AuthorityUnavailable, result.ToString());
        string sentence = Assert.Single(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("kestrell4: the authority", sentence, StringComparison.Ordinal);
        Assert.All(parts, part => Assert.Contains(part, sentence, StringComparison.Ordinal));
        Assert.DoesNotContain(await TokenOfAsync(setup), result.Output + result.Error, StringComparison.Ordinal);
    }

    private static async Task<string> TokenOfAsync(NodeSetup setup) => (await File.ReadAllTextAsync(setup.Directory["token"])).Trim();
}
