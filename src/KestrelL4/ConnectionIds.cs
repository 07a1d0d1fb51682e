namespace KestrelL4;

/// <summary>Gives every connection of the process an id of its own.</summary>
public static class ConnectionIds
{
    private const string Digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int Length = 13;

    // Begins where no earlier process of this node has come, so that an id names one connection across restarts too.
    private static long _last = System.Diagnostics.Stopwatch.GetTimestamp() ^ ((long)Environment.ProcessId << 44);

    /// <summary>The next id: 13 letters and digits that cannot be mistaken for each other.</summary>
    public static string Next() => string.Create(Length, Interlocked.Increment(ref _last), static (text, id) =>
    {
        for (int i = text.Length - 1; i >= 0; i--)
        {
            text[i] = Digits[(int)(id & 31)];
            id = (long)((ulong)id >> 5);
        }
    });
}
