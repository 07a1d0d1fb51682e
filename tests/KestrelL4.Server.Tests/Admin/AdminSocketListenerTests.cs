using System.Net;
using System.Net.Sockets;
using KestrelL4.Server.Admin;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Ports;
using KestrelL4.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace KestrelL4.Server.Tests.Admin;

/// <summary>The file of the admin socket: whose it is, and what becomes of one that is there already.</summary>
public sealed class AdminSocketListenerTests : IAsyncDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryDirectory _state = new();
    private readonly AdminFixture _node = new();

    private string SocketPath => _state["admin.sock"];

    [Fact]
    public async Task StartAsync_NothingThere_ServesItsOwnerAloneUntilItsEnd()
    {
        await using (AdminSocketListener listener = Create())
        {
            await listener.StartAsync();

            Assert.Equal(OwnerOnly, File.GetUnixFileMode(SocketPath));
            Assert.Equal(HttpStatusCode.OK, await AskAsync());
        }

        Assert.False(Path.Exists(SocketPath));
    }

    [Fact]
    public async Task StartAsync_SocketOfADeadProcess_IsTakenOver()
    {
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            // Renamed, so that closing does not remove it.
            dead.Bind(new UnixDomainSocketEndPoint(SocketPath + ".before"));
            dead.Listen();
            File.Move(SocketPath + ".before", SocketPath);
        }

        await using AdminSocketListener listener = Create();
        await listener.StartAsync();

        Assert.Equal(OwnerOnly, File.GetUnixFileMode(SocketPath));
        Assert.Equal(HttpStatusCode.OK, await AskAsync());
    }

    [Fact]
    public async Task StartAsync_SomethingElseThere_ThrowsWithTheKeyAndLeavesIt()
    {
        _state.Write("admin.sock", "somebody's");
        await using AdminSocketListener listener = Create();

        BindException exception = await Assert.ThrowsAsync<BindException>(listener.StartAsync);

        Assert.Contains("KestrelL4:StateDirectory", exception.Message, StringComparison.Ordinal);
        Assert.Equal("somebody's", await File.ReadAllTextAsync(SocketPath));
    }

    [Fact]
    public async Task Socket_Removed_IsMadeAnewWithinASecond()
    {
        FakeTime time = new();
        AdminSocketListener listener = new(_state.Path, _node.Endpoint, static () => new AdminConfiguration(), NullLoggerFactory.Instance, time);
        await using (listener)
        {
            await listener.StartAsync();
            File.Delete(SocketPath);
            Directory.Move(_state.Path, _state.Path + ".away");
            time.Advance(TimeSpan.FromSeconds(1));
            Directory.Move(_state.Path + ".away", _state.Path);

            await Eventually.UntilAsync(
                () =>
                {
                    time.Advance(TimeSpan.FromSeconds(1));
                    return Path.Exists(SocketPath);
                },
                "the socket is there again");

            Assert.Equal(OwnerOnly, File.GetUnixFileMode(SocketPath));
            Assert.Equal(HttpStatusCode.OK, await AskAsync());
        }

        Assert.False(Path.Exists(SocketPath));
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        _state.Dispose();
    }

    private AdminSocketListener Create() => new(_state.Path, _node.Endpoint, static () => new AdminConfiguration(), NullLoggerFactory.Instance, TimeProvider.System);

    private async Task<HttpStatusCode> AskAsync()
    {
        using HttpClient client = AdminFixture.OverSocket(SocketPath);
        using HttpResponseMessage response = await client.GetAsync(new Uri("/connections", UriKind.Relative));
        return response.StatusCode;
    }
}
