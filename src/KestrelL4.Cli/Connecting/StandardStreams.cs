using KestrelL4.Cli.Display;
using KestrelL4.Forwarding;

namespace KestrelL4.Cli.Connecting;

/// <summary>Standard input and output as one side of a connection.</summary>
/// <remarks>A read of standard input cannot be called off, so one may still be pending when the process ends.</remarks>
/// <param name="input">What is sent to the server.</param>
/// <param name="output">Where it goes what the server sends.</param>
/// <param name="use">What becomes of the input when the server has ended.</param>
internal sealed class StandardStreams(Stream input, Stream output, InputUse use) : RelayEnd
{
    private readonly byte[] _read = new byte[64 * 1024];
    private readonly CancellationTokenSource _ended = new();
    private Task<int>? _reading;
    private int _begin;
    private int _end;
    private volatile bool _isFinished;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        if (_begin == _end)
        {
            await WaitCoreAsync();
        }

        int count = Math.Min(buffer.Length, _end - _begin);
        _read.AsMemory(_begin, count).CopyTo(buffer);
        _begin += count;
        return count;
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer)
    {
        await output.WriteAsync(buffer);
        await output.FlushAsync();
        if (StandardOutput.IsUnread)
        {
            throw new IOException("Nobody reads standard output any more.");
        }
    }

    /// <inheritdoc/>
    public override ValueTask CompleteAsync()
    {
        // Whoever types cannot know that the server has gone, and would have to end the input by hand.
        if (use == InputUse.UntilServerEnds)
        {
            FinishCore();
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override void Abort() => _ended.Cancel();

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        _ended.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    protected override async ValueTask WaitCoreAsync()
    {
        if (_begin < _end || _isFinished)
        {
            return;
        }

        try
        {
            _reading ??= input.ReadAsync(_read).AsTask();
            int count = await _reading.WaitAsync(_ended.Token);
            (_begin, _end, _reading) = (0, count, null);
        }
        catch (OperationCanceledException) when (_isFinished)
        {
            // Finished from this side: to the reader that is the end of the input.
        }
    }

    /// <inheritdoc/>
    protected override void FinishCore()
    {
        _isFinished = true;
        _ended.Cancel();
    }
}
