using System.Net;
using System.Net.Sockets;
using KestrelL4.Sockets;
using KestrelL4.Testing.Servers;

namespace KestrelL4.Tests.Sockets;

/// <summary>Several sockets of one loop, among them such as use a number again.</summary>
public sealed class SocketLoopTests : IDisposable
{
    // More than a turn has, and still soon over where nothing gives way.
    private const int ManyReads = 1_000;

    private readonly ManualServer _server = new();
    private readonly List<IDisposable> _sockets = [];

    public void Dispose()
    {
        _sockets.ForEach(static socket => socket.Dispose());
        _server.Dispose();
    }

    // What the kernel has told of a closed socket may still lie before the loop when another gets its number: here the news that
    // it can be written to, which to one that is being dialled would mean that it is connected.
    [Fact]
    public async Task Run_NumberIsUsedAgainMeanwhile_NewSocketHearsOfItsOwnOnly()
    {
        using SilentPort silent = await SilentPort.CreateAsync();
        (RelaySocket held, RelaySocket first, RelaySocket second) = await OnLoopAsync(static () => (New(), New(), New()));
        Socket holding = await ConnectAsync(held);
        Socket firstFar = await ConnectAsync(first);
        Socket secondFar = await ConnectAsync(second);
        TaskCompletionSource<bool> isHeld = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using ManualResetEventSlim goesOn = new();
        Task hold = HoldAsync(held, isHeld, goesOn);
        Task<Task> dialling = DialByNumberAsync(first, second, silent.EndPoint);
        await holding.SendAllAsync("."u8.ToArray());
        await Eventually.WithinAsync(isHeld.Task, "the loop is held");

        // Both are told at once, one after the other.
        await firstFar.SendAllAsync("."u8.ToArray());
        await secondFar.SendAllAsync("."u8.ToArray());
        goesOn.Set();

        await hold;
        Task dial = await Eventually.WithinAsync(dialling, "the number is used again");
        await PassAsync(held, holding);
        Assert.False(dial.IsCompleted, "what was told of another socket passed for its own");
    }

    [Fact]
    public async Task Forget_SomebodyElseClosedTheSocketAndItsNumberIsUsedAgain_NewSocketIsStillTold()
    {
        Socket owner = await SocketExtensions.ConnectAsync(_server.EndPoint);
        Socket firstFar = await _server.AcceptAsync();
        RelaySocket first = RelaySocket.Of(new Socket(new SafeSocketHandle(owner.Handle, ownsHandle: false)));
        using Socket connected = await SocketExtensions.ConnectAsync(_server.EndPoint);
        Socket far = await _server.AcceptAsync();
        Task<RelaySocket> taking = TakeNumberAsync(first, owner, connected);
        await firstFar.SendAllAsync("."u8.ToArray());
        using RelaySocket second = await Eventually.WithinAsync(taking, "the number is used again");
        Task<int> reading = second.ReadAsync(new byte[1]).AsTask();

        first.Dispose();

        await far.SendAllAsync("."u8.ToArray());
        Assert.Equal(1, await Eventually.WithinAsync(reading, "the byte arrives"));
    }

    [Fact]
    public async Task ReadFull_Always_GivesWay()
    {
        int run = await OnLoopAsync(static () => Run(new SocketNews(), static news => news.ReadFull()));

        Assert.InRange(run, 1, ManyReads - 1);
    }

    // Short reads that may have left something behind, of a socket that always has something.
    [Fact]
    public async Task ReadShort_MistrustedAlways_GivesWay()
    {
        int run = await OnLoopAsync(static () =>
        {
            SocketNews news = new();
            news.MistrustShortReads();
            return Run(news, static news => news.ReadShort());
        });

        Assert.InRange(run, 1, ManyReads - 1);
    }

    // The two sockets of a connection need not have one loop, and either may carry it.
    [Fact]
    public async Task ReadFull_OnAnotherLoop_GivesWayThere()
    {
        SocketNews[] news = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(static _ => new SocketNews())];

        foreach (SocketNews each in news)
        {
            Assert.InRange(await OnLoopAsync(() => Run(each, static news => news.ReadFull())), 1, ManyReads - 1);
        }
    }

    private static RelaySocket New() => new(AddressFamily.InterNetwork, ProtocolType.Tcp);

    // How many reads come one after the other before the loop's others have their turn.
    private static int Run(SocketNews news, Action<SocketNews> read)
    {
        int run = 0;
        do
        {
            read(news);
            run++;
        }
        while (run < ManyReads && news.Reading.TryTake());

        return run;
    }

    private static async Task HoldAsync(RelaySocket socket, TaskCompletionSource<bool> isHeld, ManualResetEventSlim goesOn)
    {
        await socket.WaitToReadAsync().ConfigureAwait(false);
        isHeld.SetResult(goesOn.IsSet);
        goesOn.Wait(Eventually.DefaultDeadline);
    }

    private static async Task PassAsync(RelaySocket near, Socket far)
    {
        byte[] buffer = new byte[16];
        while (near.TryRead(buffer, out _))
        {
        }

        Task<int> reading = near.ReadAsync(buffer).AsTask();
        await far.SendAllAsync("."u8.ToArray());
        await Eventually.WithinAsync(reading, "the loop goes on");
    }

    // On the loop's thread: the second's number becomes that of a socket which is dialled and gets no answer.
    private async Task<Task> DialByNumberAsync(RelaySocket first, RelaySocket second, IPEndPoint silent)
    {
        await first.WaitToReadAsync().ConfigureAwait(false);
        Socket released = second.Release();
        using Socket fresh = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        fresh.TakeNumber(released.Handle);
        RelaySocket dialled = RelaySocket.Of(released);
        _sockets.Add(dialled);
        return dialled.DialAsync(silent, CancellationToken.None).AsTask();
    }

    // On the first's loop, which then is the second's as well.
    private static async Task<RelaySocket> TakeNumberAsync(RelaySocket first, Socket owner, Socket connected)
    {
        await first.WaitToReadAsync().ConfigureAwait(false);
        connected.TakeNumber(owner.Handle);
        return RelaySocket.Of(owner);
    }

    private async Task<Socket> ConnectAsync(RelaySocket socket)
    {
        _sockets.Add(socket);
        await socket.DialAsync(_server.EndPoint, CancellationToken.None);
        Socket far = await _server.AcceptAsync();
        _sockets.Add(far);
        return far;
    }

    // Does something on the thread of a loop, whose own then is every socket that is made there.
    private async Task<T> OnLoopAsync<T>(Func<T> act)
    {
        using RelaySocket near = New();
        using Socket far = await ConnectAsync(near);
        Task<T> acting = ActAsync();
        await far.SendAllAsync("."u8.ToArray());
        return await Eventually.WithinAsync(acting, "the loop is reached");

        async Task<T> ActAsync()
        {
            await near.WaitToReadAsync().ConfigureAwait(false);
            return act();
        }
    }
}
