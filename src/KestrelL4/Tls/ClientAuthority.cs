using System.Security.Cryptography.X509Certificates;

namespace KestrelL4.Tls;

/// <summary>One issuing CA that signs client certificates, with the certificates that lead to its anchor.</summary>
public sealed class ClientAuthority
{
    private readonly byte[] _publicKey;
    private readonly byte[] _subject;

    /// <summary>Takes a chain whose first certificate signs client certificates and whose last is its self-signed anchor.</summary>
    /// <param name="name">The name that certificate ids carry.</param>
    /// <param name="chain">The issuer first, the self-signed anchor last; one certificate when the issuer is its own anchor.</param>
    /// <exception cref="ArgumentException">The chain is empty or its last certificate is not self-signed.</exception>
    public ClientAuthority(string name, IReadOnlyList<X509Certificate2> chain)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(chain);
        if (chain.Count == 0 || !chain[^1].SubjectName.RawData.AsSpan().SequenceEqual(chain[^1].IssuerName.RawData))
        {
            throw new ArgumentException("The chain does not end in a self-signed anchor.", nameof(chain));
        }

        Name = name;
        Chain = chain;
        _publicKey = chain[0].PublicKey.ExportSubjectPublicKeyInfo();
        _subject = chain[0].SubjectName.RawData;
    }

    /// <summary>The name that certificate ids carry.</summary>
    public string Name { get; }

    /// <summary>The issuer first, its self-signed anchor last.</summary>
    public IReadOnlyList<X509Certificate2> Chain { get; }

    /// <summary>The certificates that the issuer has revoked, by a list that it signed; null = it has no list.</summary>
    public RevocationList? RevocationList { get; init; }

    /// <summary>How old the list may be, since it was issued. More than zero; null = as old as it likes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is zero or less.</exception>
    public TimeSpan? MaxRevocationAge
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value ?? TimeSpan.MaxValue, TimeSpan.Zero, nameof(MaxRevocationAge));
            field = value;
        }
    }

    /// <summary>Whether there is a list and it is older than <see cref="MaxRevocationAge"/>.</summary>
    public bool IsRevocationStale(DateTimeOffset now) => now - RevocationList?.ThisUpdate > MaxRevocationAge;

    /// <summary>The same authority without its list: what a connection may keep for as long as it is open.</summary>
    internal ClientAuthority WithoutList() => RevocationList is null ? this : new ClientAuthority(Name, Chain);

    /// <summary>Whether a certificate is this issuer: a CA is its name and key, whichever certificate tells so (RFC 5280 section 6.1.1 d).</summary>
    internal bool Is(X509Certificate2 issuer) =>
        issuer.RawDataMemory.Span.SequenceEqual(Chain[0].RawDataMemory.Span)
        || (issuer.SubjectName.RawData.AsSpan().SequenceEqual(_subject)
            && issuer.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(_publicKey));

    /// <summary>Whether another has this name and is this issuer, whatever its list says, so that certificate ids mean the same with both.</summary>
    internal bool IsSameAs(ClientAuthority other) => string.Equals(Name, other.Name, StringComparison.OrdinalIgnoreCase) && Is(other.Chain[0]);
}
