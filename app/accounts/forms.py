"""What is typed about one's own keys."""

from wtforms import StringField
from wtforms.validators import DataRequired, Length

from app.core.forms import Form, stripped


class PasskeyNameForm(Form):
    name = StringField(
        "Nom de cette clé", filters=[stripped], validators=[DataRequired("Donnez-lui un nom."), Length(max=60)]
    )
