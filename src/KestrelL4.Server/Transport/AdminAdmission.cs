using System.Net.Sockets;
using KestrelL4.Forwarding;

namespace KestrelL4.Server.Transport;

/// <summary>Lets the admin endpoint have what clients must leave to it; it waits for what the runtime needs, and for nothing else.</summary>
/// <remarks>Whoever asks whether the process turns must be told also when no client is let in, or he would kill it.</remarks>
internal sealed class AdminAdmission : IAdmission
{
    /// <summary>The one for every door: it keeps nothing.</summary>
    public static AdminAdmission Instance { get; } = new();

    /// <inheritdoc/>
    public AcceptWait? WaitAfter(Socket accepted) => DescriptorReserve.IsTouchedByDial(accepted) ? AcceptWait.Descriptors : null;

    /// <inheritdoc/>
    public AcceptWait? StillWaits() => DescriptorReserve.IsTouched() ? AcceptWait.Descriptors : null;

    /// <inheritdoc/>
    public void Note(AcceptWait wait)
    {
        // Only waits of clients are counted.
    }
}
