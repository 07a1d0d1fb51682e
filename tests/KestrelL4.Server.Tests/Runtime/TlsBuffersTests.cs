using System.Runtime.InteropServices;
using KestrelL4.Server.Runtime;

namespace KestrelL4.Server.Tests.Runtime;

public sealed partial class TlsBuffersTests
{
    private const int Mode = 33;
    private const int ReleaseBuffers = 0x10;

    [Fact]
    public void ReleaseWhenSilent_ContextMadeAfterwards_ReleasesItsBuffers()
    {
        Assert.True(TlsBuffers.ReleaseWhenSilent());

        nint context = NewContext(ServerMethod());
        try
        {
            Assert.Equal(ReleaseBuffers, (int)Control(context, Mode, new CLong(0), 0).Value & ReleaseBuffers);
        }
        finally
        {
            Free(context);
        }
    }

    [LibraryImport("libssl.so.3", EntryPoint = "TLS_server_method")]
    private static partial nint ServerMethod();

    [LibraryImport("libssl.so.3", EntryPoint = "SSL_CTX_new")]
    private static partial nint NewContext(nint method);

    [LibraryImport("libssl.so.3", EntryPoint = "SSL_CTX_free")]
    private static partial void Free(nint context);

    [LibraryImport("libssl.so.3", EntryPoint = "SSL_CTX_ctrl")]
    private static partial CLong Control(nint context, int command, CLong number, nint argument);
}
