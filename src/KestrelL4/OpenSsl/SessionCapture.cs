using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Authentication.ExtendedProtection;

namespace KestrelL4.OpenSsl;

/// <summary>Learns which session OpenSSL makes for a handshake of <see cref="SslStream"/>, which keeps it to itself.</summary>
/// <remarks>
/// OpenSSL tells whoever asks of each session that it makes (CRYPTO_get_ex_new_index(3)), on the thread that has it made: the one on which
/// the handshake has just been given its options. That it is the right one is proven once the handshake is done.
/// </remarks>
internal sealed unsafe class SessionCapture : IDisposable
{
    // The longest Finished message is that of SHA-384, 48 bytes; OpenSSL keeps 64.
    private const int LongestFinished = 64;

    // Neither a session nor none: what is made from now on belongs to somebody else.
    private const nint Over = -1;

    private static readonly bool IsTold = AskForSessions();

    [ThreadStatic]
    private static SessionCapture? _expecting;

    private nint _session;

    /// <summary>Takes the session that is made next on this thread. To be called where nothing else makes one before the handshake does.</summary>
    public void Expect() => _expecting = IsTold ? this : null;

    /// <summary>Gives the session, and with it the duty to free it, if it is the one of that stream.</summary>
    /// <param name="stream">The stream, whose handshake is done.</param>
    /// <returns>The session; 0 = it is not known.</returns>
    public nint Take(SslStream stream)
    {
        nint session = Volatile.Read(ref _session);
        return session is not (0 or Over) && IsOf(session, stream) ? Interlocked.Exchange(ref _session, Over) : 0;
    }

    /// <summary>Forgets the session.</summary>
    public void Dispose()
    {
        if (_expecting == this)
        {
            _expecting = null;
        }

        if (Interlocked.Exchange(ref _session, Over) is not (0 or Over) and nint session)
        {
            OpenSslLibrary.Free(session);
        }
    }

    // Both ends of a handshake make one Finished message each, and no two handshakes have the same (RFC 8446 section 4.4.4).
    private static bool IsOf(nint session, SslStream stream)
    {
        using ChannelBinding? binding = stream.TransportContext.GetChannelBinding(ChannelBindingKind.Unique);
        byte* finished = stackalloc byte[LongestFinished];
        nuint length = OpenSslLibrary.PeerFinished(session, finished, LongestFinished);

        // A stream that resumed a session tells the other one (RFC 5929 section 3.1); we resume none. Before it stands a header.
        return binding is { IsInvalid: false } && length is > 0 and <= LongestFinished
            && new ReadOnlySpan<byte>((void*)binding.DangerousGetHandle(), binding.Size).EndsWith(new ReadOnlySpan<byte>(finished, (int)length));
    }

    private static bool AskForSessions()
    {
        try
        {
            return OpenSslLibrary.TellOf(OpenSslLibrary.Sessions, new CLong(0), 0, &OnSession, null, null) >= 0;
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnSession(nint session, nint value, nint values, int index, CLong number, nint argument)
    {
        if (_expecting is { } capture)
        {
            _expecting = null;
            if (OpenSslLibrary.Share(session) == 1 && Interlocked.CompareExchange(ref capture._session, session, 0) != 0)
            {
                OpenSslLibrary.Free(session);
            }
        }
    }
}
