namespace KestrelL4.Authority.Pki;

/// <summary>How a command on the CA's files ended, in words for the operator.</summary>
/// <param name="Text">What was done, or what failed, where, and what to do.</param>
/// <param name="SerialNumber">The serial number issued or revoked; null when it was refused.</param>
internal sealed record PkiAnswer(string Text, SerialNumber? SerialNumber)
{
    /// <summary>Whether nothing was done.</summary>
    public bool IsRefused => SerialNumber is null;

    /// <summary>It was done.</summary>
    public static PkiAnswer Done(SerialNumber serialNumber, params string[] lines) =>
        new(string.Join(Environment.NewLine, lines), serialNumber);

    /// <summary>It was refused; no file has changed.</summary>
    public static PkiAnswer Refused(string reason) => new(reason, null);
}
