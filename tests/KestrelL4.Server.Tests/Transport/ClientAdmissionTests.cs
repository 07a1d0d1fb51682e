using System.Net.Sockets;
using KestrelL4.Server.Transport;

namespace KestrelL4.Server.Tests.Transport;

public sealed class ClientAdmissionTests : IDisposable
{
    private readonly ClientAdmission _admission = new();
    private readonly Socket _accepted = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private int _measured;

    public ClientAdmissionTests() => _admission.Measure = () => _measured++;

    public void Dispose() => _accepted.Dispose();

    [Fact]
    public void WaitAfter_Room_IsTakenOneByOneWithoutMeasuring()
    {
        _admission.Room = 2;

        Assert.Equal([null, null], new[] { _admission.WaitAfter(_accepted), _admission.StillWaits() });
        Assert.Equal((0, 0), (_admission.Room, _measured));
    }

    [Fact]
    public void WaitAfter_NoRoomLeft_MeasuresOnTheSpot()
    {
        _admission.Room = 0;
        _admission.Measure = () =>
        {
            _measured++;
            _admission.Room = 3;
        };

        Assert.Null(_admission.WaitAfter(_accepted));
        Assert.Equal((2, 1), (_admission.Room, _measured));
    }

    [Fact]
    public void WaitAfter_NoRoomFoundEither_WaitsUntilThereIs()
    {
        _admission.Room = 0;

        Assert.Equal(AcceptWait.Memory, _admission.WaitAfter(_accepted));
        Assert.Equal(AcceptWait.Memory, _admission.StillWaits());
        Assert.Equal((0, 2), (_admission.Room, _measured));

        _admission.Room = 1;
        Assert.Null(_admission.StillWaits());
    }

    [Fact]
    public void WaitAfter_Held_WaitsWithoutMeasuringOrTakingRoom()
    {
        _admission.Room = 5;
        _admission.IsHeld = true;

        Assert.Equal(AcceptWait.Memory, _admission.WaitAfter(_accepted));
        Assert.Equal(AcceptWait.Memory, _admission.StillWaits());
        Assert.Equal((5, 0), (_admission.Room, _measured));
    }

    [Fact]
    public void WaitAfter_HeldByWhatWasMeasured_Waits()
    {
        _admission.Room = 0;
        _admission.Measure = () =>
        {
            _admission.IsHeld = true;
            _admission.Room = 5;
        };

        Assert.Equal(AcceptWait.Memory, _admission.WaitAfter(_accepted));
        Assert.Equal(5, _admission.Room);
    }

    [Fact]
    public void WaitAfter_ManyListenersAtOnce_LetInAsManyAsThereIsRoomFor()
    {
        const int Room = 1000;
        _admission.Measure = static () => { };
        _admission.Room = Room;
        int let = 0;

        Parallel.For(0, 4 * Room, _ =>
        {
            if (_admission.WaitAfter(_accepted) is null)
            {
                Interlocked.Increment(ref let);
            }
        });

        Assert.Equal(Room, let);
    }
}
