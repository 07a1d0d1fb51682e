using System.Net.Sockets;
using KestrelL4.Forwarding;

namespace KestrelL4.Server.Transport;

/// <summary>Has clients wait while descriptors or memory run out.</summary>
internal sealed class ClientAdmission : IAdmission
{
    private readonly long[] _waits = new long[Enum.GetValues<AcceptWait>().Length];
    private volatile bool _isHeld;

    /// <summary>Whether clients wait for want of memory. Default false.</summary>
    public bool IsHeld
    {
        get => _isHeld;
        set => _isHeld = value;
    }

    /// <summary>How often a listener has waited for that reason, each time for 100 ms.</summary>
    public long Waits(AcceptWait wait) => Volatile.Read(ref _waits[(int)wait]);

    /// <inheritdoc/>
    public AcceptWait? WaitAfter(Socket accepted) =>
        IsHeld ? AcceptWait.Memory : DescriptorReserve.IsTouchedByAccept(accepted) ? AcceptWait.Descriptors : null;

    /// <inheritdoc/>
    public AcceptWait? StillWaits() =>
        IsHeld ? AcceptWait.Memory : DescriptorReserve.IsStillTouched() ? AcceptWait.Descriptors : null;

    /// <inheritdoc/>
    public void Note(AcceptWait wait) => Interlocked.Increment(ref _waits[(int)wait]);
}
