// What libraries lose once, whatever we do, for LeakSanitizer; part of every executable that is built with it. A program
// that has confined itself can read neither a file of suppressions nor the symbols of a library: in popfetch itself the
// name of the library must do, and the tests of `mail` look at what we do with it.

// NOLINTNEXTLINE(bugprone-reserved-identifier): the sanitizer's name for it
extern "C" const char* __lsan_default_suppressions()
{
    return "leak:libgssapi_krb5\n"
#ifdef POPFETCH_CONFINES_ITSELF
           "leak:libgmime-3.0\n"
           "leak:libedit\n" // the names of functions, EL_ADDFN
#endif
           "leak:g_mime_object_register_type\n";
}
