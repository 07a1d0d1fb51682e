using KestrelL4.Forwarding;

namespace KestrelL4.Tests.Forwarding;

/// <summary>One side of a relay in memory: its peer sends, stalls, ends and breaks as a test says, and every step may be done at once or later.</summary>
/// <remarks>It also sees to it that the relay keeps the rules of <see cref="RelayEnd"/>: one reader, one writer, a wait before each read.</remarks>
/// <param name="random">Draws what is not said: how much a read gives, and what is done at once.</param>
internal sealed class ScriptedEnd(Random random) : RelayEnd
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = NewSignal();
    private int _reading;
    private int _writing;
    private bool _isStalled;
    private bool _tellsResetByWrite;

    /// <summary>How many bytes the peer has sent.</summary>
    public int Sent { get; private set; }

    /// <summary>How many of them the relay has read.</summary>
    public int Read { get; private set; }

    /// <summary>How many bytes the relay has written, all of which the peer has.</summary>
    public int Received { get; private set; }

    /// <summary>Whether the peer has ended its direction.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Whether the peer has broken the connection.</summary>
    public bool HasReset { get; private set; }

    /// <summary>Whether the relay has ended its direction, in order.</summary>
    public bool IsCompleted { get; private set; }

    /// <summary>Whether the relay has cut the connection.</summary>
    public bool IsAborted { get; private set; }

    /// <summary>What rule was broken; null = none.</summary>
    public string? Broken { get; private set; }

    internal override bool IsClosed => Under(() => HasReset);

    /// <summary>The peer sends the next bytes of the pattern.</summary>
    public void Send(int count) => Change(() => Sent += HasEnded || HasReset ? 0 : count);

    /// <summary>The peer ends its direction.</summary>
    public void End() => Change(() => HasEnded |= !HasReset);

    /// <summary>The peer breaks the connection; what it sent and was not read may be lost.</summary>
    public void Reset() => Change(() => HasReset = true);

    /// <summary>The peer takes nothing for a while, or goes on.</summary>
    public void Stall(bool isStalled) => Change(() => _isStalled = isStalled);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        Guard(Interlocked.Increment(ref _reading) == 1, "two read at once");
        try
        {
            await PerhapsLaterAsync();
            int count = 0;
            await UntilAsync(() => TryRead(buffer.Span, out count));
            return count;
        }
        finally
        {
            Interlocked.Decrement(ref _reading);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer)
    {
        Guard(Interlocked.Increment(ref _writing) == 1, "two write at once");
        Guard(!IsCompleted, "bytes behind the end");
        try
        {
            await PerhapsLaterAsync();
            while (!buffer.IsEmpty)
            {
                int count = 0;
                await UntilAsync(() => TryWrite(buffer.Span, out count));
                buffer = buffer[count..];
            }
        }
        finally
        {
            Interlocked.Decrement(ref _writing);
        }
    }

    public override async ValueTask CompleteAsync()
    {
        await PerhapsLaterAsync();
        Under(() =>
        {
            ThrowIfGone();
            Guard(!IsCompleted, "ended twice");
            return IsCompleted = true;
        });
    }

    public override void Abort() => Change(() => IsAborted = true);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public override string ToString() =>
        $"sent {Sent} read {Read} received {Received} ended {HasEnded} reset {HasReset} completed {IsCompleted} aborted {IsAborted} {Broken}";

    protected override async ValueTask WaitCoreAsync()
    {
        await PerhapsLaterAsync();
        await UntilAsync(() => IsAborted || HasReset || HasEnded || Sent > Read);
        Under(() =>
        {
            ThrowIfAborted();
            return true;
        });
    }

    protected override void FinishCore() => Change(() => HasEnded = true);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private bool TryRead(Span<byte> buffer, out int count)
    {
        count = 0;
        ThrowIfAborted();
        if (Sent > Read && !(HasReset && random.Next(2) == 0))
        {
            count = random.Next(1, Math.Min(buffer.Length, Sent - Read) + 1);
            for (int index = 0; index < count; index++)
            {
                buffer[index] = Wire.At(Read + index);
            }

            Read += count;
            return true;
        }

        // The kernel tells of a reset once; a read after that finds an end.
        if (HasReset && !_tellsResetByWrite)
        {
            throw new IOException("The peer has broken the connection.");
        }

        return HasReset || HasEnded;
    }

    private bool TryWrite(ReadOnlySpan<byte> buffer, out int count)
    {
        count = 0;
        if (HasReset && !IsAborted)
        {
            _tellsResetByWrite = true;
        }

        ThrowIfGone();
        if (_isStalled)
        {
            return false;
        }

        count = random.Next(1, buffer.Length + 1);
        for (int index = 0; index < count; index++)
        {
            Guard(buffer[index] == Wire.At(Received + index), $"byte {Received + index} is not the one that was sent");
        }

        Received += count;
        return true;
    }

    private void ThrowIfAborted() => ObjectDisposedException.ThrowIf(IsAborted, this);

    private void ThrowIfGone()
    {
        ThrowIfAborted();
        if (HasReset)
        {
            throw new IOException("The peer has broken the connection.");
        }
    }

    private void Guard(bool holds, string rule) => Broken ??= holds ? null : rule;

    private async ValueTask PerhapsLaterAsync()
    {
        if (Under(() => random.Next(3) == 0))
        {
            await Task.Yield();
        }
    }

    private async ValueTask UntilAsync(Func<bool> condition)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (condition())
                {
                    return;
                }

                changed = _changed.Task;
            }

            await changed;
        }
    }

    private T Under<T>(Func<T> look)
    {
        lock (_gate)
        {
            return look();
        }
    }

    private void Change(Action change)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            change();
            changed = _changed;
            _changed = NewSignal();
        }

        changed.SetResult();
    }
}
