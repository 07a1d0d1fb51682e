using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KestrelL4.Server.Runtime;

/// <summary>Has OpenSSL give back the buffers of a TLS session while it is silent, two of some 17 KiB each, as haproxy and nginx do.</summary>
/// <remarks>
/// .NET has no switch for it, and its TLS contexts are out of reach. But OpenSSL tells whoever asks of each context that it makes
/// (CRYPTO_get_ex_new_index(3)), and what a context has for a mode its sessions take over (SSL_CTX_set_mode(3)).
/// </remarks>
internal static unsafe partial class TlsBuffers
{
    private const string Crypto = "libcrypto.so.3";
    private const string Ssl = "libssl.so.3";
    private const int Contexts = 1;
    private const int Mode = 33;
    private const int ReleaseBuffers = 0x10;

    /// <summary>Applies it to all contexts that are made from now on, of servers and of clients.</summary>
    /// <returns>Whether OpenSSL took it; false = it is not there, or of another version than 3, and sessions keep their buffers.</returns>
    public static bool ReleaseWhenSilent()
    {
        try
        {
            // Loaded here, or the first context of all would find it missing.
            return NativeLibrary.TryLoad(Ssl, out _) && Tell(Contexts, new CLong(0), 0, &OnContext, null, null) >= 0;
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnContext(nint context, nint value, nint values, int index, CLong number, nint argument) =>
        _ = Control(context, Mode, new CLong(ReleaseBuffers), 0);

    [LibraryImport(Crypto, EntryPoint = "CRYPTO_get_ex_new_index")]
    private static partial int Tell(
        int kind,
        CLong number,
        nint argument,
        delegate* unmanaged[Cdecl]<nint, nint, nint, int, CLong, nint, void> onNew,
        void* onCopy,
        void* onFree);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_ctrl")]
    private static partial CLong Control(nint context, int command, CLong number, nint argument);
}
