using System.Net.Sockets;
using KestrelL4.Forwarding;

namespace KestrelL4.Server.Transport;

/// <summary>Has clients wait while descriptors or memory run out.</summary>
internal sealed class ClientAdmission : IAdmission
{
    private readonly long[] _waits = new long[Enum.GetValues<AcceptWait>().Length];
    private volatile bool _isHeld;
    private int _room = int.MaxValue;

    /// <summary>Whether clients wait for want of memory. Default false.</summary>
    public bool IsHeld
    {
        get => _isHeld;
        set => _isHeld = value;
    }

    /// <summary>How many clients the memory has room for before it is measured again; 0 or more, by default as many as come.</summary>
    public int Room
    {
        get => Math.Max(0, Volatile.Read(ref _room));
        set => Volatile.Write(ref _room, value);
    }

    /// <summary>Measures the memory, when there is no more room: clients can come faster than any clock looks. Default nothing.</summary>
    public Action Measure { private get; set; } = static () => { };

    /// <summary>How often a listener has waited for that reason, each time for 100 ms.</summary>
    public long Waits(AcceptWait wait) => Volatile.Read(ref _waits[(int)wait]);

    /// <inheritdoc/>
    public AcceptWait? WaitAfter(Socket accepted) =>
        DescriptorReserve.IsTouchedByAccept(accepted) ? AcceptWait.Descriptors : TryTakeRoom() ? null : AcceptWait.Memory;

    /// <inheritdoc/>
    public AcceptWait? StillWaits() =>
        DescriptorReserve.IsStillTouched() ? AcceptWait.Descriptors : TryTakeRoom() ? null : AcceptWait.Memory;

    /// <inheritdoc/>
    public void Note(AcceptWait wait) => Interlocked.Increment(ref _waits[(int)wait]);

    // Last of all that is asked: whoever waits for something else asks again and again, and must not use up what is there for others.
    private bool TryTakeRoom()
    {
        if (IsHeld)
        {
            return false;
        }

        if (Interlocked.Decrement(ref _room) >= 0)
        {
            return true;
        }

        Measure();
        return !IsHeld && Interlocked.Decrement(ref _room) >= 0;
    }
}
