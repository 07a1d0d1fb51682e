namespace KestrelL4;

/// <summary>The client trust in force, replaced whole; whoever loses by the new one is cut.</summary>
/// <param name="trust">The first one.</param>
public sealed class TrustInForce(ClientTrust trust)
{
    private readonly Lock _replacing = new();
    private ClientTrust _current = trust;

    /// <summary>The trust in force. Connections are judged by the one they find when their handshake has ended.</summary>
    public ClientTrust Current => Volatile.Read(ref _current);

    /// <summary>
    /// Puts another trust in force and closes, as <see cref="CloseReason.Revoked"/>, every open connection whose client,
    /// certificate, grant or client authority it withdraws. Waits for another call that is under way.
    /// </summary>
    /// <param name="trust">The new one.</param>
    /// <param name="applications">Whose connections are looked at.</param>
    /// <returns>How many connections were cut.</returns>
    public int Replace(ClientTrust trust, IEnumerable<Application> applications)
    {
        ArgumentNullException.ThrowIfNull(trust);
        ArgumentNullException.ThrowIfNull(applications);

        // One at a time: a trust that is replaced already must not go on cutting whom its successor let in.
        lock (_replacing)
        {
            // The exchange is a fence: a connection that is not seen with its client below finds the new trust before it goes on.
            Interlocked.Exchange(ref _current, trust);
            return applications.Sum(application => Revocation.Enforce(trust, application));
        }
    }
}
