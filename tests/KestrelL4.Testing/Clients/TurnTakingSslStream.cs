using System.Net.Security;
using System.Runtime.CompilerServices;

namespace KestrelL4.Testing.Clients;

/// <summary>A TLS stream that may be read while it says goodbye.</summary>
/// <remarks>
/// A goodbye of OpenSSL reads, too, and .NET does not keep it apart from a read: where the two meet, the session may lose what the
/// read would have given (docs/decisions/0048).
/// </remarks>
internal sealed class TurnTakingSslStream(WireStream wire) : SslStream(wire)
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await wire.Turn.WaitAsync(CancellationToken.None);
        try
        {
            return await base.ReadAsync(buffer, cancellationToken);
        }
        finally
        {
            wire.Turn.Release();
        }
    }

    public override async Task ShutdownAsync()
    {
        await wire.Turn.WaitAsync();
        Task goodbye;
        try
        {
            // The session makes its goodbye in the first step; what follows is to send it.
            goodbye = base.ShutdownAsync();
        }
        finally
        {
            wire.Turn.Release();
        }

        await goodbye;
    }
}
