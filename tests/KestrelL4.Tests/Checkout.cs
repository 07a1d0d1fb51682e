namespace KestrelL4.Tests;

/// <summary>Where the sources lie that belong to this build.</summary>
internal static class Checkout
{
    /// <summary>The absolute path of the checkout.</summary>
    public static string Path { get; } = Find();

    private static string Find()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(directory.FullName, "KestrelL4.sln")))
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException($"{AppContext.BaseDirectory} lies in no checkout of KestrelL4.");
    }
}
