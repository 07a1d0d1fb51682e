using System.Security.Cryptography;
using System.Text;
using KestrelL4.Server.Agent.Caches;

namespace KestrelL4.Server.Agent.Identities;

/// <summary>The key with which the node joins, kept until it has joined.</summary>
/// <remarks>
/// The authority gives the same certificate for the same token and key for a while, so an answer that was lost, with the process
/// or without, is asked for again instead of using the token up.
/// </remarks>
/// <param name="cache">Where it is kept before it is used.</param>
internal sealed class JoinKey(AuthorityCache cache)
{
    private (string Token, ECDsa Key)? _pending;

    /// <summary>The key for a token: that of an earlier attempt with the same token, or a new one.</summary>
    public ECDsa For(string token)
    {
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
        if (_pending is { } pending && pending.Token == hash)
        {
            return pending.Key;
        }

        ECDsa key = Kept(hash) ?? Create(hash);
        _pending?.Key.Dispose();
        _pending = (hash, key);
        return key;
    }

    /// <summary>The node has joined, and what it got is on the disk.</summary>
    public void Forget()
    {
        _pending?.Key.Dispose();
        _pending = null;
        cache.Remove(CachePart.JoinKey);
    }

    // The file is the token's hash on a line of its own, and the key in PEM.
    private ECDsa? Kept(string hash)
    {
        string text = cache.Read(CachePart.JoinKey) is { } content ? Encoding.UTF8.GetString(content) : "";
        if (!text.StartsWith(hash + "\n", StringComparison.Ordinal))
        {
            return null;
        }

        ECDsa key = ECDsa.Create();
        try
        {
            key.ImportFromPem(text);
            return key;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            cache.Refuse($"'{cache.PathOf(CachePart.JoinKey)}' holds no private key");
            key.Dispose();
            return null;
        }
    }

    private ECDsa Create(string hash)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        cache.Write(CachePart.JoinKey, Encoding.UTF8.GetBytes($"{hash}\n{key.ExportPkcs8PrivateKeyPem()}\n"));
        return key;
    }
}
