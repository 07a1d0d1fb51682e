using KestrelL4.Server.Supervision;
using KestrelL4.Testing;
using KestrelL4.Testing.Servers;

namespace KestrelL4.Server.Tests.Supervision;

public sealed class NotificationSocketTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("notify")]
    [InlineData("@kestrell4-test-notify")]
    public void Send_Lines_ArriveAsOneMessage(string address)
    {
        using NotificationReceiver receiver = new(address.StartsWith('@') ? $"{address}-{Guid.NewGuid()}" : _directory[address]);
        using NotificationSocket socket = NotificationSocket.TryCreate(receiver.Address)!;

        socket.Send("READY=1", "STATUS=healthy, ✓");

        Assert.Equal(["READY=1\nSTATUS=healthy, ✓"], receiver.Messages);
    }

    [Fact]
    public void Send_NobodyReads_WaitsForNothingAndLosesNothingThatFits()
    {
        using NotificationReceiver receiver = new(_directory["notify"]);
        using NotificationSocket socket = NotificationSocket.TryCreate(receiver.Address)!;
        int count = NotificationSocket.MostUnsent;
        for (int message = 0; message < count; message++)
        {
            socket.Send($"STATUS={message}");
        }

        // The kernel's own queue is short; each look makes room for what waits behind it.
        for (int look = 0; look < count && receiver.Messages.Count < count; look++)
        {
            socket.Flush();
        }

        Assert.Equal(Enumerable.Range(0, count).Select(static message => $"STATUS={message}"), receiver.Messages);
    }

    [Fact]
    public void Send_ServiceManagerIsReplaced_ReachesTheNewOne()
    {
        string path = _directory["notify"];
        using NotificationSocket socket = NotificationSocket.TryCreate(path)!;
        using (NotificationReceiver first = new(path))
        {
            socket.Send("STATUS=first");
            Assert.Single(first.Messages);
        }

        File.Delete(path);
        socket.Send("STATUS=between");
        using NotificationReceiver second = new(path);

        socket.Flush();

        Assert.Equal(["STATUS=between"], second.Messages);
    }
}
