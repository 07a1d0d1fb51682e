using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using KestrelL4.Server.Configuration;

namespace KestrelL4.Server.Tests.Configuration.Schema;

/// <summary>Every text in the node's assembly that could be a key: whatever key a reader asks for is among them.</summary>
internal static partial class KeyNames
{
    public static IReadOnlyList<string> All { get; } = Read();

    private static string[] Read()
    {
        using PEReader file = new(File.OpenRead(typeof(ConfigurationReader).Assembly.Location));
        MetadataReader metadata = file.GetMetadataReader();
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        for (UserStringHandle each = metadata.GetNextHandle(MetadataTokens.UserStringHandle(0)); !each.IsNil; each = metadata.GetNextHandle(each))
        {
            string text = metadata.GetUserString(each);
            if (Form().IsMatch(text))
            {
                names.Add(text);
            }
        }

        return [.. names.Order(StringComparer.Ordinal)];
    }

    [GeneratedRegex(@"\A[A-Z][A-Za-z0-9]{1,40}\z")]
    private static partial Regex Form();
}
