using System.Runtime.InteropServices;

namespace KestrelL4.OpenSsl;

/// <summary>What is used of OpenSSL 3: public functions only, each under the name of its manual page.</summary>
internal static unsafe partial class OpenSslLibrary
{
    private const string Crypto = "libcrypto.so.3";
    private const string Ssl = "libssl.so.3";

    /// <summary>CRYPTO_EX_INDEX_SSL: the kind of a session among the objects of which CRYPTO_get_ex_new_index(3) tells.</summary>
    public const int Sessions = 0;

    /// <summary>SSL_RECEIVED_SHUTDOWN: the peer has said goodbye.</summary>
    public const int PeerSaidGoodbye = 2;

    /// <summary>BIO_FLAGS_READ, BIO_FLAGS_WRITE and BIO_FLAGS_SHOULD_RETRY: what failed may be tried again.</summary>
    public const int Retry = 0x01 | 0x02 | 0x08;

    /// <summary>BIO_CTRL_FLUSH.</summary>
    public const int Flush = 11;

    [LibraryImport(Crypto, EntryPoint = "CRYPTO_get_ex_new_index")]
    public static partial int TellOf(
        int kind,
        CLong number,
        nint argument,
        delegate* unmanaged[Cdecl]<nint, nint, nint, int, CLong, nint, void> onNew,
        void* onCopy,
        void* onFree);

    [LibraryImport(Crypto, EntryPoint = "BIO_get_new_index")]
    public static partial int NewBioKind();

    [LibraryImport(Crypto, EntryPoint = "BIO_meth_new", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint NewBioMethod(int kind, string name);

    [LibraryImport(Crypto, EntryPoint = "BIO_meth_set_read")]
    public static partial int SetRead(nint method, delegate* unmanaged[Cdecl]<nint, byte*, int, int> read);

    [LibraryImport(Crypto, EntryPoint = "BIO_meth_set_write")]
    public static partial int SetWrite(nint method, delegate* unmanaged[Cdecl]<nint, byte*, int, int> write);

    [LibraryImport(Crypto, EntryPoint = "BIO_meth_set_ctrl")]
    public static partial int SetControl(nint method, delegate* unmanaged[Cdecl]<nint, int, CLong, nint, CLong> control);

    [LibraryImport(Crypto, EntryPoint = "BIO_new")]
    public static partial nint NewBio(nint method);

    [LibraryImport(Crypto, EntryPoint = "BIO_set_init")]
    public static partial void SetReady(nint bio, int isReady);

    [LibraryImport(Crypto, EntryPoint = "BIO_set_flags")]
    public static partial void SetFlags(nint bio, int flags);

    [LibraryImport(Crypto, EntryPoint = "BIO_up_ref")]
    public static partial int ShareBio(nint bio);

    [LibraryImport(Crypto, EntryPoint = "BIO_ctrl_pending")]
    public static partial nuint PendingIn(nint bio);

    [LibraryImport(Crypto, EntryPoint = "ERR_clear_error")]
    public static partial void ClearErrors();

    [LibraryImport(Ssl, EntryPoint = "SSL_up_ref")]
    public static partial int Share(nint session);

    [LibraryImport(Ssl, EntryPoint = "SSL_free")]
    public static partial void Free(nint session);

    [LibraryImport(Ssl, EntryPoint = "SSL_get_peer_finished")]
    public static partial nuint PeerFinished(nint session, byte* into, nuint size);

    [LibraryImport(Ssl, EntryPoint = "SSL_get_rbio")]
    public static partial nint Input(nint session);

    [LibraryImport(Ssl, EntryPoint = "SSL_get_wbio")]
    public static partial nint Output(nint session);

    [LibraryImport(Ssl, EntryPoint = "SSL_set_bio")]
    public static partial void SetInputAndOutput(nint session, nint input, nint output);

    [LibraryImport(Ssl, EntryPoint = "SSL_set_read_ahead")]
    public static partial void ReadAhead(nint session, int isOn);

    [LibraryImport(Ssl, EntryPoint = "SSL_set_default_read_buffer_len")]
    public static partial void SetReadBuffer(nint session, nuint size);

    [LibraryImport(Ssl, EntryPoint = "SSL_has_pending")]
    public static partial int HasPending(nint session);

    [LibraryImport(Ssl, EntryPoint = "SSL_read")]
    public static partial int Read(nint session, byte* into, int size);

    [LibraryImport(Ssl, EntryPoint = "SSL_peek")]
    public static partial int Peek(nint session, byte* into, int size);

    [LibraryImport(Ssl, EntryPoint = "SSL_write")]
    public static partial int Write(nint session, byte* from, int size);

    [LibraryImport(Ssl, EntryPoint = "SSL_set_quiet_shutdown")]
    public static partial void SayNoGoodbye(nint session, int isOn);

    [LibraryImport(Ssl, EntryPoint = "SSL_shutdown")]
    public static partial int SayGoodbye(nint session);

    /// <summary>Whether a handshake message is being read or written, or the session failed.</summary>
    [LibraryImport(Ssl, EntryPoint = "SSL_in_init")]
    public static partial int IsUnfinished(nint session);

    [LibraryImport(Ssl, EntryPoint = "SSL_get_session")]
    public static partial nint Parameters(nint session);

    /// <summary>TLSEXT_max_fragment_length_*: 0 = nothing smaller than the largest was agreed upon.</summary>
    [LibraryImport(Ssl, EntryPoint = "SSL_SESSION_get_max_fragment_length")]
    public static partial byte MaxFragment(nint parameters);

    [LibraryImport(Ssl, EntryPoint = "SSL_get_shutdown")]
    public static partial int Goodbyes(nint session);

    /// <summary>Whether the header of a record has been read and its body has not (SSL_rstate_string(3)).</summary>
    public static bool IsWithinRecord(nint session) => ReadState(session)[1] == (byte)'B';

    [LibraryImport(Ssl, EntryPoint = "SSL_version")]
    public static partial int Version(nint session);

    [LibraryImport(Ssl, EntryPoint = "SSL_rstate_string")]
    private static partial byte* ReadState(nint session);
}
