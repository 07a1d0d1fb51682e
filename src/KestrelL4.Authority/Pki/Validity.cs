namespace KestrelL4.Authority.Pki;

/// <summary>From when until when a certificate or a revocation list counts; both ends belong to it, in whole seconds.</summary>
/// <param name="NotBefore">The first instant.</param>
/// <param name="NotAfter">The last instant.</param>
internal readonly record struct Validity(DateTimeOffset NotBefore, DateTimeOffset NotAfter)
{
    /// <summary>The most days that may be asked for: about a hundred years.</summary>
    public const int MaxDays = 36_500;

    /// <summary>How far in the past validity begins, so that a peer whose clock is slow accepts it at once. Five minutes.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    /// <summary>The validity of something issued now for 1 to <see cref="MaxDays"/> days.</summary>
    public static Validity StartingAt(DateTimeOffset now, int days)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(days, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(days, MaxDays);

        // X.509 has no fractions of a second.
        DateTimeOffset second = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds());
        return new Validity(second - ClockSkew, second.AddDays(days));
    }

    /// <summary>The validity of something issued now for a span.</summary>
    public static Validity StartingAt(DateTimeOffset now, TimeSpan span)
    {
        DateTimeOffset second = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds());
        return new Validity(second - ClockSkew, second + span);
    }

    /// <summary>The part of this validity that lies within another's: nothing outlives the CA that signed it.</summary>
    public Validity Within(Validity outer) => new(
        NotBefore < outer.NotBefore ? outer.NotBefore : NotBefore,
        NotAfter > outer.NotAfter ? outer.NotAfter : NotAfter);

    /// <summary>Whether an instant belongs to it.</summary>
    public bool Contains(DateTimeOffset instant) => instant >= NotBefore && instant <= NotAfter;
}
