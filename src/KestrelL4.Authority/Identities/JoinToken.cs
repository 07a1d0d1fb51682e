using System.Security.Cryptography;
using System.Text;
using KestrelL4.Authority.RegistryStore;

namespace KestrelL4.Authority.Identities;

/// <summary>A join token: 256 random bits as 64 hexadecimal digits. Whoever shows it becomes the node that it names.</summary>
internal static class JoinToken
{
    private const int Octets = 32;

    /// <summary>Draws one.</summary>
    public static string Create() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Octets));

    /// <summary>What is kept of one: so long a secret needs no slow hash.</summary>
    public static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token.Trim())));

    /// <summary>The record of a token, or null; the time it takes tells nothing of the hashes.</summary>
    public static TokenRecord? Find(IEnumerable<TokenRecord> tokens, string hash)
    {
        byte[] wanted = Encoding.ASCII.GetBytes(hash);
        TokenRecord? found = null;
        foreach (TokenRecord token in tokens)
        {
            found = CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(token.Hash), wanted) ? token : found;
        }

        return found;
    }
}
