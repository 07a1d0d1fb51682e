using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Registry;
using KestrelL4.Tls.RevocationLists;

namespace KestrelL4.Tls;

/// <summary>Which certificates one client authority has revoked, by a list that it signed (RFC 5280 section 5).</summary>
/// <remarks>Whether a list past its <see cref="NextUpdate"/> still counts is for its user to say.</remarks>
public sealed class RevocationList
{
    private readonly SerialNumberSet _serialNumbers;

    internal RevocationList(SerialNumberSet serialNumbers, DateTimeOffset thisUpdate, DateTimeOffset? nextUpdate, BigInteger? number)
    {
        _serialNumbers = serialNumbers;
        ThisUpdate = thisUpdate;
        NextUpdate = nextUpdate;
        Number = number;
    }

    /// <summary>When the list was issued.</summary>
    public DateTimeOffset ThisUpdate { get; }

    /// <summary>By when the next list was promised; null = no promise.</summary>
    public DateTimeOffset? NextUpdate { get; }

    /// <summary>Its number, which goes up with each list; null = it has none.</summary>
    public BigInteger? Number { get; }

    /// <summary>How many serial numbers it lists.</summary>
    public int Count => _serialNumbers.Count;

    /// <summary>Reads a list and proves that an issuer signed it.</summary>
    /// <param name="content">One PEM block <c>X509 CRL</c>, text around it does not matter; or DER.</param>
    /// <param name="issuer">The certificate of the CA whose clients it concerns.</param>
    /// <param name="now">The current time: a list from more than 5 minutes after it is refused.</param>
    /// <param name="list">The list; null when it is refused.</param>
    /// <param name="problem">Why it is refused, to be read after the name of its file; null when it is not.</param>
    /// <remarks>
    /// A list must stand alone and speak for all client certificates of the issuer: delta lists, indirect ones, and those of a
    /// distribution point are refused, as are SHA-1 and critical extensions that are not known.
    /// </remarks>
    public static bool TryRead(
        ReadOnlyMemory<byte> content,
        X509Certificate2 issuer,
        DateTimeOffset now,
        [NotNullWhen(true)] out RevocationList? list,
        [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(issuer);
        list = null;
        problem = RevocationListEncoding.Decode(content, out ReadOnlyMemory<byte> encoded)
            ?? RevocationListReader.Read(encoded, issuer, now, out list);
        return list is not null;
    }

    /// <summary>Whether it lists the serial number of a certificate; that the certificate is of the list's issuer is for the caller to know.</summary>
    public bool Contains(CertificateId certificate) => _serialNumbers.Contains(certificate.SerialNumber);

    /// <summary>Whether another list of the same issuer was issued later: by the numbers, or by the times when one has no number.</summary>
    public bool IsOlderThan(RevocationList other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Number is { } number && other.Number is { } otherNumber ? number < otherNumber : ThisUpdate < other.ThisUpdate;
    }
}
