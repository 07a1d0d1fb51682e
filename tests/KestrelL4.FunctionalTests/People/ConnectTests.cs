using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace KestrelL4.FunctionalTests.People;

/// <summary>The client side: programs that speak no TLS reach an application through <c>connect</c>.</summary>
public sealed class ConnectTests : IAsyncLifetime
{
    private const int Done = 0;
    private const int No = 1;
    private const int NotReachable = 2;
    private const int Usage = 4;

    private readonly EchoServer _upstream = new();
    private readonly NodeSetup _setup = new();
    private readonly TemporaryDirectory _home = new();
    private TestNode _node = null!;

    public async Task InitializeAsync()
    {
        _setup.Application("echo", _upstream.EndPoint);
        _setup.Client("alice", "echo").WriteTo(_home.Path, "alice");
        _setup.Client("bob").WriteTo(_home.Path, "bob");
        _setup.Identity.Issuer.WriteTo(_home.Path, "ca.crt");
        _node = await _setup.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        await _upstream.DisposeAsync();
        _home.Dispose();
    }

    [Fact]
    public async Task Connect_StandardStreams_SendsAllThenReadsAll()
    {
        string text = string.Concat(Enumerable.Range(0, 100_000).Select(static number => number.ToString(CultureInfo.InvariantCulture) + "\n"));

        ToolResult result = await RunAsync("alice", input: text);

        Assert.True(result.ExitCode == Done, result.Error);
        Assert.Equal(text, result.Output);
        Assert.Empty(result.Error);
    }

    [RequiresToolFact("bash", "timeout")]
    public async Task Connect_ReaderOfThePipeGone_Ends()
    {
        string connect = string.Join(' ', Arguments("alice", _node.EndPoint(), "localhost"));

        ToolResult result = await Tool.RunAsync(
            "bash", ["-c", $"yes | timeout 20 {NodeExecutable.Path} {connect} | head -n 1; echo ${{PIPESTATUS[1]}}"], workingDirectory: _home.Path);

        Assert.True(result.Output == "y\n0\n", result.ToString());
    }

    [Fact]
    public async Task Connect_NotAuthorized_ExitsOneAndSaysWhoKnowsWhy()
    {
        ToolResult result = await RunAsync("bob", input: "hello\n");

        Assert.True(result.ExitCode == No, result.ToString());
        Assert.Empty(result.Output);
        Assert.Contains("ended the connection without a byte", result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task Connect_NobodyListens_ExitsTwoAndSaysSo()
    {
        ToolResult result = await RunAsync("alice", server: FreePort.Take());

        Assert.True(result.ExitCode == NotReachable, result.ToString());
        Assert.Contains("refuses connections", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_AnotherName_ExitsOneAndNamesBoth()
    {
        ToolResult result = await RunAsync("alice", name: "other.example");

        Assert.True(result.ExitCode == No, result.ToString());
        Assert.Contains("not for 'other.example'", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_ServerWithoutTls_ExitsOneAndSaysSo()
    {
        ToolResult result = await RunAsync("alice", server: _upstream.EndPoint);

        Assert.True(result.ExitCode == No, result.ToString());
        Assert.Contains("does not speak TLS", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_KeyOfEverybodyOrOfAnother_ExitsOneAndSaysWhatToDo()
    {
        File.SetUnixFileMode(_home["bob.key"], (UnixFileMode)0b110_100_100);
        Assert.Contains("chmod o-rwx", (await RunAsync("bob")).Error, StringComparison.Ordinal);
        File.Copy(_home["alice.key"], _home["bob.key"], overwrite: true);
        File.SetUnixFileMode(_home["bob.key"], (UnixFileMode)0b110_000_000);

        ToolResult result = await RunAsync("bob");

        Assert.True(result.ExitCode == No, result.ToString());
        Assert.Contains("belongs to", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--server", "localhost")]
    [InlineData("--server", "localhost:0")]
    [InlineData("--listen", "systemd:x")]
    [InlineData("--listen", "5432")]
    [InlineData("--server-name", "a b")]
    public async Task Connect_WrongUsage_ExitsFour(string option, string value)
    {
        string[] arguments = Arguments("alice", _node.EndPoint(), "localhost");
        int at = Array.IndexOf(arguments, option);
        ToolResult result = at < 0
            ? await NodeExecutable.RunAsync(_home.Path, [.. arguments, option, value])
            : await NodeExecutable.RunAsync(_home.Path, [.. arguments[..(at + 1)], value, .. arguments[(at + 2)..]]);

        Assert.True(result.ExitCode == Usage, result.ToString());
        Assert.Contains("kestrell4 connect --help", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ConnectListen_ClientHalfCloses_StillGetsEverything()
    {
        using NodeProcess connect = Listen("alice", "127.0.0.1:0");
        IPEndPoint local = await AddressAsync(connect);
        byte[] sent = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("0123456789", 50_000)));

        using Socket socket = await SocketExtensions.ConnectAsync(local);
        Task<byte[]> received = socket.ReceiveToEndAsync();
        await socket.SendAllAsync(sent);
        socket.Shutdown(SocketShutdown.Send);

        Assert.Equal(sent, await Eventually.WithinAsync(received, "everything comes back"));
        connect.Terminate();
        Assert.Equal(Done, await connect.WaitForExitAsync());
    }

    [Fact]
    public async Task ConnectListen_CertificateReplaced_NextConnectionShowsIt()
    {
        using NodeProcess connect = Listen("bob", "unix:local.sock");
        await Eventually.UntilAsync(() => connect.Output.Contains("Listening on", StringComparison.Ordinal), "it listens");
        UnixDomainSocketEndPoint local = new(_home["local.sock"]);
        Assert.Equal((UnixFileMode)0b110_000_000, File.GetUnixFileMode(_home["local.sock"]));

        Assert.Empty(await AskAsync(local));
        await Eventually.UntilAsync(() => connect.Output.Contains("without a byte", StringComparison.Ordinal), "the refusal is told");
        File.Copy(_home["alice.key"], _home["bob.key"], overwrite: true);
        File.Copy(_home["alice.crt"], _home["bob.crt"], overwrite: true);

        Assert.Equal("hello", await AskAsync(local));
        connect.Interrupt();
        Assert.Equal(Done, await connect.WaitForExitAsync());
        Assert.False(File.Exists(_home["local.sock"]));
    }

    [Fact]
    public async Task ConnectListen_StoppedTwice_CutsWhatIsOpen()
    {
        using NodeProcess connect = Listen("alice", "127.0.0.1:0");
        using Socket socket = await SocketExtensions.ConnectAsync(await AddressAsync(connect));
        await socket.SendAllAsync("x"u8.ToArray());
        Assert.Equal(1, await socket.ReceiveAsync(new byte[1]));

        connect.Terminate();
        await Eventually.UntilAsync(() => connect.Output.Contains("open connections: 1", StringComparison.Ordinal), "it tells what is open");
        connect.Terminate();

        Assert.Equal(PeerEnd.Reset, await socket.ObserveEndAsync());
        Assert.Equal(Done, await connect.WaitForExitAsync());
    }

    private static async Task<string> AskAsync(EndPoint local)
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(local);
        await socket.SendAllAsync("hello"u8.ToArray());
        byte[] answer = new byte[5];
        int count = await socket.ReceiveAsync(answer).WaitAsync(Eventually.DefaultDeadline);
        return Encoding.ASCII.GetString(answer, 0, count);
    }

    private static async Task<IPEndPoint> AddressAsync(NodeProcess connect)
    {
        await Eventually.UntilAsync(
            () => Task.FromResult(connect.Output.Contains("Listening on", StringComparison.Ordinal)), () => $"it listens; it printed\n{connect.Output}");
        return IPEndPoint.Parse(connect.Output.Split("Listening on ")[1].Split(' ')[0]);
    }

    private static string[] Arguments(string client, IPEndPoint server, string name) =>
    [
        "connect", "--server", server.ToString(), "--server-name", name,
        "--certificate", $"{client}.crt", "--key", $"{client}.key", "--ca", "ca.crt",
    ];

    private NodeProcess Listen(string client, string address) =>
        new(NodeExecutable.Path, [.. Arguments(client, _node.EndPoint(), "localhost"), "--listen", address], _home.Path);

    private Task<ToolResult> RunAsync(string client, string input = "", IPEndPoint? server = null, string name = "localhost") =>
        Tool.RunAsync(NodeExecutable.Path, Arguments(client, server ?? _node.EndPoint(), name), input, workingDirectory: _home.Path);
}
