using System.Net;
using System.Net.Sockets;
using KestrelL4.Server.Transport;
using KestrelL4.Testing;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;

namespace KestrelL4.Server.Tests.Transport;

/// <summary>A listener that cannot accept waits and goes on, whatever it lacks.</summary>
public sealed class ShortageTests : IDisposable
{
    private static readonly TimeSpan BackOff = TimeSpan.FromMilliseconds(100);

    private readonly FakeTime _time = new();
    private readonly ClientAdmission _admission = new();
    private readonly ListeningSocket _socket = ListeningSocket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
    private Exception? _failure;

    public void Dispose() => _socket.Dispose();

    [Theory]
    [InlineData(SocketError.TooManyOpenSockets, "descriptors")]
    [InlineData(SocketError.NoBufferSpaceAvailable, "kernel_memory")]
    [InlineData(SocketError.SocketError, "kernel_memory")]
    [InlineData(SocketError.AccessDenied, "refusal")]
    public async Task AcceptAsync_Shortage_WaitsAndGoesOn(SocketError error, string cause)
    {
        _failure = new SocketException((int)error);
        await WaitsOnceAsync(cause);
    }

    [Fact]
    public async Task AcceptAsync_NoMemoryInTheProcess_WaitsAndGoesOn()
    {
        _failure = new InsufficientMemoryException();
        await WaitsOnceAsync("memory");
    }

    [Fact]
    public async Task AcceptAsync_ClientGoneInTheQueue_DoesNotWait()
    {
        _failure = new SocketException((int)SocketError.ConnectionAborted);
        await using SocketListener listener = New();
        Task<ConnectionContext?> accepting = AcceptAsync(listener);
        using Socket gone = await SocketExtensions.ConnectAsync((IPEndPoint)_socket.EndPoint);
        using Socket next = await SocketExtensions.ConnectAsync((IPEndPoint)_socket.EndPoint);

        await using ConnectionContext connection = (await accepting)!;

        Assert.Equal(next.LocalEndPoint, connection.RemoteEndPoint);
        Assert.All(Enum.GetValues<AcceptWait>(), wait => Assert.Equal(0, _admission.Waits(wait)));
    }

    [Fact]
    public async Task AcceptAsync_Held_WaitsUntilItIsNot()
    {
        _admission.IsHeld = true;
        await using SocketListener listener = New();
        Task<ConnectionContext?> accepting = AcceptAsync(listener);
        using Socket client = await SocketExtensions.ConnectAsync((IPEndPoint)_socket.EndPoint);
        await WaitsAsync(AcceptWait.Memory, 1);
        _time.Advance(BackOff);
        await WaitsAsync(AcceptWait.Memory, 2);
        Assert.False(accepting.IsCompleted);

        _admission.IsHeld = false;
        _time.Advance(BackOff);

        await using ConnectionContext connection = (await accepting)!;
        Assert.Equal(client.LocalEndPoint, connection.RemoteEndPoint);
    }

    [Fact]
    public async Task UnbindAsync_Held_EndsTheWait()
    {
        _admission.IsHeld = true;
        SocketListener listener = New();
        Task<ConnectionContext?> accepting = AcceptAsync(listener);
        using Socket client = await SocketExtensions.ConnectAsync((IPEndPoint)_socket.EndPoint);
        await WaitsAsync(AcceptWait.Memory, 1);

        await listener.UnbindAsync();

        await using ConnectionContext connection = (await accepting)!;
        Assert.Equal(client.LocalEndPoint, connection.RemoteEndPoint);
    }

    private static Task<ConnectionContext?> AcceptAsync(SocketListener listener) =>
        Eventually.WithinAsync(listener.AcceptAsync().AsTask(), "a connection is accepted");

    private async Task WaitsOnceAsync(string cause)
    {
        AcceptWait wait = Enum.GetValues<AcceptWait>().Single(each => each.Word() == cause);
        await using SocketListener listener = New();
        Task<ConnectionContext?> accepting = AcceptAsync(listener);
        using Socket lost = await SocketExtensions.ConnectAsync((IPEndPoint)_socket.EndPoint);
        await WaitsAsync(wait, 1);
        using Socket next = await SocketExtensions.ConnectAsync((IPEndPoint)_socket.EndPoint);
        Assert.False(accepting.IsCompleted);

        _time.Advance(BackOff);

        await using ConnectionContext connection = (await accepting)!;
        Assert.Equal(next.LocalEndPoint, connection.RemoteEndPoint);
        Assert.Equal(1, _admission.Waits(wait));
    }

    private Task WaitsAsync(AcceptWait wait, int times) => Eventually.UntilAsync(
        () => _admission.Waits(wait) == times && _time.ArmedTimers > 0, $"it waits for the time {times}");

    private SocketListener New() => new(_socket, ContextOf, _admission, NullLogger.Instance, _time);

    // What accept itself throws, and what the first look at an accepted socket throws, goes one way.
    private SocketConnection ContextOf(Socket socket)
    {
        if (_failure is { } failure)
        {
            _failure = null;
            throw failure;
        }

        return new SocketConnection(socket);
    }
}
