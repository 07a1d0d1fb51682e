using KestrelL4.Forwarding;

namespace KestrelL4.Cli.Connecting;

/// <summary>The near side of a connection to a server; it remembers what a refusal looks like from here.</summary>
/// <param name="inner">What carries the bytes.</param>
internal sealed class WatchedEnd(RelayEnd inner) : RelayEnd
{
    private volatile bool _hasHeard;
    private volatile bool _hasEnded;

    /// <summary>Whether the server has sent a byte.</summary>
    public bool HasHeard => _hasHeard;

    /// <summary>Whether the server ended before it had sent a byte, and before this side had ended.</summary>
    public bool WasShutOut { get; private set; }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        int count = await inner.ReadAsync(buffer);
        _hasEnded |= count == 0;
        return count;
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer)
    {
        _hasHeard = true;
        return inner.WriteAsync(buffer);
    }

    /// <inheritdoc/>
    public override ValueTask CompleteAsync()
    {
        WasShutOut = !_hasHeard && !_hasEnded;
        if (WasShutOut)
        {
            // Nobody reads what this side might still say, and what it waits for will not come.
            inner.Finish();
            return ValueTask.CompletedTask;
        }

        return inner.CompleteAsync();
    }

    /// <inheritdoc/>
    public override void Abort() => inner.Abort();

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => inner.DisposeAsync();

    /// <inheritdoc/>
    protected override ValueTask WaitCoreAsync() => inner.WaitAsync();

    /// <inheritdoc/>
    protected override void FinishCore() => inner.Finish();

    /// <inheritdoc/>
    internal override bool IsClosed => inner.WasReset;

    /// <inheritdoc/>
    internal override ulong BytesAcknowledged => inner.BytesAcknowledged;
}
