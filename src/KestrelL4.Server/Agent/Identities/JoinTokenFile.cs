using System.Text;
using KestrelL4.Server.Agent.Contact;
using KestrelL4.Server.Configuration.Loading;
using KestrelL4.Server.Configuration.Values;
using KestrelL4.Server.Runtime;

namespace KestrelL4.Server.Agent.Identities;

/// <summary>The file that holds the join token; read anew whenever the node has to join, and no other time.</summary>
internal static class JoinTokenFile
{
    // A token has 64 digits; what is much longer is another file.
    private const int MostBytes = 4096;
    private const string Remedy = "write there what 'authority token create' prints";

    /// <summary>The token, or why there is none.</summary>
    /// <param name="path">The file; null = none is configured.</param>
    public static Contact<string> Read(string? path)
    {
        if (path is null)
        {
            return Problem("there is no join token: name its file in KestrelL4:Authority:JoinTokenFile");
        }

        string name = $"the join token's file '{Printable.Line(path)}'";
        try
        {
            if (FileFacts.Of(path) is { IsRegular: false })
            {
                return Problem($"{name} is no regular file; {Remedy}");
            }

            string token = Encoding.UTF8.GetString(BoundedFile.Read(path, MostBytes)).Trim();
            return token.Length == 0 ? Problem($"{name} is empty; {Remedy}")
                : !token.All(static character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.')
                    ? Problem($"{name} holds something else than a token; {Remedy}")
                    : token;
        }
        catch (FormatException)
        {
            return Problem($"{name} is much longer than a token; {Remedy}");
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return Problem($"{name} does not exist; {Remedy}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Problem($"{name} cannot be read ({Printable.Line(exception.Message)}); let the node's user read it");
        }
    }

    private static ContactFailure Problem(string sentence) => new(ContactFault.Misconfigured, sentence);
}
