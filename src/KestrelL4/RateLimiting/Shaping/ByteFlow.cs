namespace KestrelL4.RateLimiting.Shaping;

/// <summary>One direction of one connection, as all its limits shape it.</summary>
/// <remarks>
/// The narrowest limit is asked first: while a connection waits for a wider one it then keeps bytes from nobody but its own party.
/// Nobody can wait for ever for another, since bytes come back by time and not by whoever holds some.
/// </remarks>
internal sealed class ByteFlow
{
    private readonly Limit[] _limits;
    private readonly BandwidthShare?[] _shares;
    private readonly Direction _direction;

    /// <summary>Begins with nothing taken.</summary>
    public ByteFlow(IEnumerable<Limit> limits, Direction direction)
    {
        _limits = [.. limits.OrderByDescending(static limit => limit.Scope)];
        _shares = new BandwidthShare?[_limits.Length];
        _direction = direction;
    }

    /// <summary>Takes as many bytes as every limit lets pass, as soon as each of them lets some.</summary>
    /// <param name="most">The most that are wanted, 1 or more.</param>
    /// <param name="ending">Ends the wait.</param>
    /// <returns>How many may pass now, at least one; 0 = the wait was ended.</returns>
    public async ValueTask<int> TakeAsync(int most, CancellationToken ending)
    {
        int granted = most;
        for (int i = 0; i < _limits.Length; i++)
        {
            if (_limits[i].BandwidthOf(_direction) is not { } bandwidth)
            {
                continue;
            }

            BandwidthShare share = _shares[i] ??= new BandwidthShare(bandwidth);
            int wanted = granted;
            granted = await bandwidth.TakeAsync(share, wanted, ending).ConfigureAwait(false);
            GiveBack(wanted - granted, i);
            if (granted == 0)
            {
                break;
            }
        }

        return granted;
    }

    /// <summary>Gives back what was taken last and not used.</summary>
    public void GiveBack(int bytes) => GiveBack(bytes, _limits.Length);

    private void GiveBack(int bytes, int count)
    {
        for (int i = 0; bytes > 0 && i < count; i++)
        {
            if (_shares[i] is { } share)
            {
                share.Bandwidth.GiveBack(share, bytes);
            }
        }
    }
}
