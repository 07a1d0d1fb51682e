using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KestrelL4.OpenSsl;

/// <summary>A kind of BIO, which is what OpenSSL reads and writes, that asks the session whose call the thread is in.</summary>
/// <remarks>OpenSSL reads and writes within a call of the session, on its thread, so nothing of ours needs to be kept in native memory.</remarks>
internal static unsafe class SessionBio
{
    private static readonly nint Method = MakeMethod();

    [ThreadStatic]
    private static RecordInput? _input;

    [ThreadStatic]
    private static RecordOutput? _output;

    /// <summary>Makes one.</summary>
    /// <returns>The BIO; 0 = OpenSSL is not there, of another version than 3, or has no memory.</returns>
    public static nint Make()
    {
        nint bio = Method == 0 ? 0 : OpenSslLibrary.NewBio(Method);
        if (bio != 0)
        {
            OpenSslLibrary.SetReady(bio, 1);

            // Whether a failure is for ever, the input and the output say.
            OpenSslLibrary.SetFlags(bio, OpenSslLibrary.Retry);
        }

        return bio;
    }

    /// <summary>Says who reads and writes for OpenSSL on this thread from now on, until <see cref="Leave"/>.</summary>
    /// <param name="input">
    /// Who reads; null = nobody, although OpenSSL may want to. A writer must not take news of the socket that a reader is about to wait for.
    /// </param>
    /// <param name="output">Who writes.</param>
    public static void Enter(RecordInput? input, RecordOutput output) => (_input, _output) = (input, output);

    /// <summary>Says that nobody does any more.</summary>
    public static void Leave() => (_input, _output) = (null, null);

    private static nint MakeMethod()
    {
        try
        {
            nint method = OpenSslLibrary.NewBioMethod(OpenSslLibrary.NewBioKind(), "kestrell4 socket");
            return method != 0
                && OpenSslLibrary.SetRead(method, &OnRead) == 1
                && OpenSslLibrary.SetWrite(method, &OnWrite) == 1
                && OpenSslLibrary.SetControl(method, &OnControl) == 1 ? method : 0;
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            return 0;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnRead(nint bio, byte* into, int size) => _input?.Receive(new Span<byte>(into, size)) ?? -1;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnWrite(nint bio, byte* from, int size) => _output?.Send(new ReadOnlySpan<byte>(from, size)) ?? -1;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static CLong OnControl(nint bio, int command, CLong number, nint argument) => new(command == OpenSslLibrary.Flush ? 1 : 0);
}
